"""Who has opened a page, and what the key or token in its address lets them do.

The pages act inside the server's process, behind the doors of the API: each of their calls asks here first.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from apps import words
from apps.session import Sessions
from apps.v1.access import Access
from apps.v1.problems import Refused
from apps.v1.tokens import Role, Tokens, secret_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody before a page."""

    role: Role | None = "owner"
    """In the session that is open; None: they may not even see it."""
    token: str = ""
    """The key or token in the page's address."""
    is_guest: bool = False
    """They came by a link to this one session, and see no other."""

    @property
    def may_act(self) -> bool:
        """Ask, answer, stop."""
        return self.role in ("owner", "editor")

    def address(self, session_id: str = "", path: str = "") -> str:
        """The address of a page, for themselves."""
        query = {name: value for name, value in (("session", session_id), ("token", self.token)) if value}
        return f"{path.partition('?')[0]}?{urlencode(query)}"

    def links(self, sessions: Sessions, session_id: str) -> dict[str, str]:
        """The session's address in each front end of this process, for themselves."""
        return {name: self.address(session_id, path) for name, path in sessions.links(session_id).items()}


ANYBODY = Visitor()
NOBODY = Visitor(role=None, is_guest=True)


def visitor(sessions: Sessions, token: str, session_id: str) -> Visitor:
    """Raises Refused."""
    try:
        caller = Access(_tokens(sessions.core.folder)).visitor(token)
    except Refused as error:
        raise error if token else Refused(error.status, error.code, words.KEY_NEEDED) from None
    return Visitor(caller.role(session_id=session_id), token, is_guest=caller.claims is not None)


@lru_cache
def _tokens(folder: Path) -> Tokens:
    return Tokens(secret_of(folder))
