"""Who asks, and what they may do.

Without `FIRSTLIGHT_API_KEY` a server trusts whoever reaches it, which is this machine only by default; with one, a
request needs the key, or a token (apps/v1/tokens.py) for the run or session that it is about. A token counts even
where no key is set: who comes by a viewer's link is a viewer.
"""

import hmac
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from agent.client import API_KEY
from agent.request import Run
from apps.v1.problems import Refused
from apps.v1.tokens import PREFIX, BadToken, Claims, Role, Tokens

ORIGINS = "FIRSTLIGHT_ORIGINS"
"""Sites whose pages may use this server from a browser, separated by commas: `https://one.example`. None by default."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. Without claims: somebody with the server's key, or anybody where it has none."""

    name: str
    """For limits: the address, or the end of the token."""
    claims: Claims | None = None

    @property
    def space(self) -> str:
        """Whose idempotency keys these are."""
        return (self.claims.session or self.claims.run) if self.claims else ""

    def role(self, run: Run | None = None, session_id: str = "") -> Role:
        """Raises Refused where the caller has nothing to do with the run or the session."""
        if self.claims is None:
            return "owner"
        about = session_id or (run.session_id if run else "")
        if (self.claims.session and self.claims.session == about) or (run and self.claims.run == run.run_id):
            return self.claims.role
        raise Refused(403, "forbidden", "this token is for another run or session")

    def may_read(self, run: Run) -> None:
        """Raises Refused."""
        self.role(run)

    def may_control(self, run: Run) -> None:
        """Raises Refused."""
        if self.role(run) == "viewer":
            raise Refused(403, "forbidden", "a viewer can read, and neither stop a run nor answer it")

    def may_ask(self, session_id: str) -> None:
        """Raises Refused."""
        if self.claims is not None and (not self.claims.session or self.role(session_id=session_id) == "viewer"):
            raise Refused(403, "forbidden", "this token does not allow to ask questions there")

    def may_all(self) -> None:
        """Raises Refused."""
        if self.claims is not None:
            raise Refused(403, "forbidden", "a token is for one run or session: this needs the server's key")


class Access:
    """Tells callers apart."""

    def __init__(self, tokens: Tokens, key: str = "") -> None:
        self.tokens = tokens
        self._key = key or os.environ.get(API_KEY, "")

    def caller(self, connection: HTTPConnection) -> Caller:
        """Raises Refused where a key or a token is missing, wrong or expired."""
        given = _given(connection)
        if self._is_trusting(given):
            same_site(connection.headers)
        return self.visitor(given, connection.client.host if connection.client else "nobody")

    def visitor(self, given: str, address: str = "page") -> Caller:
        """Who comes from `address` with this key, token, or nothing. Raises Refused."""
        if self._is_trusting(given):
            return Caller(address)
        if not given:
            raise _unknown("this server needs a key: Authorization: Bearer …, or a token")
        if self._key and hmac.compare_digest(given.encode(), self._key.encode()):
            return Caller(address)
        return self.bearer(given)

    def _is_trusting(self, given: str) -> bool:
        return not self._key and not given.startswith(PREFIX)  # clients that cannot do without a key send any

    def bearer(self, token: str) -> Caller:
        """Who shows this token. Raises Refused."""
        try:
            return Caller(token[-16:], self.tokens.read(token))
        except BadToken as error:
            raise _unknown(str(error)) from error


async def admit(websocket: WebSocket, access: Access) -> Caller | None:
    """Accepts a WebSocket and says whose it is; closes it with 4000 and the status where HTTP would refuse."""
    try:
        caller = access.caller(websocket)
    except Refused as error:
        await websocket.close(4000 + error.status, str(error))
        return None
    await websocket.accept()
    return caller


def origins() -> list[str]:
    """The other sites whose pages may use this server."""
    return [origin.strip().rstrip("/") for origin in os.environ.get(ORIGINS, "").split(",") if origin.strip()]


def same_site(headers: Headers) -> None:
    """Raises Refused where a page of another site sent the request: a browser sends it with what the person may do."""
    origin = headers.get("origin")
    if origin is not None and origin in origins():
        return
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403, "other_site", "only pages of this server may do that without a token")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise Refused(403, "other_site", f"pages of {origin[:200]!r} may not do that")


def _given(connection: HTTPConnection) -> str:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    return connection.headers.get("x-api-key") or connection.query_params.get("token", "")


def _unknown(detail: str) -> Refused:
    return Refused(401, "unauthorized", detail, {"www-authenticate": "Bearer"})
