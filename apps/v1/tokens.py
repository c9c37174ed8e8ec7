"""Capability tokens: what their bearer may do with one run or one session, until when, signed by the server.

A token is `fl1.<claims>.<signature>`: the claims as JSON in base64url, and their HMAC-SHA256 (RFC 2104). It can go
into a link, because EventSource cannot send headers; the access log leaves it out.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

Scope = Literal["read", "control"]
Role = Literal["owner", "editor", "viewer"]
SCOPES: dict[Role, Scope] = {"owner": "control", "editor": "control", "viewer": "read"}
"""What a role may do with a session and its runs; only an owner can make links for others."""
RUN_SECONDS, SESSION_SECONDS = 3600.0, 7 * 86400.0
PREFIX = "fl1"


class Claims(BaseModel):
    """What a token says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str = ""
    session: str = ""
    role: Role = "viewer"
    exp: float
    """Seconds since 1970."""

    @property
    def scope(self) -> Scope:
        return SCOPES[self.role]


class Granted(NamedTuple):
    """A token, and what it says."""

    token: str
    claims: Claims


class BadToken(ValueError):
    """Not a token of this server, or one that has expired."""


class Tokens:
    """Makes and reads the tokens of one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of_run(self, run_id: str, role: Role = "owner", seconds: float = RUN_SECONDS) -> str:
        return self.make(Claims(run=run_id, role=role, exp=round(time.time() + seconds)))

    def of_session(self, session_id: str, role: Role, seconds: float = SESSION_SECONDS) -> Granted:
        claims = Claims(session=session_id, role=role, exp=round(time.time() + seconds))
        return Granted(self.make(claims), claims)

    def make(self, claims: Claims) -> str:
        body = _encoded(claims.model_dump_json(exclude_defaults=True).encode())
        return f"{PREFIX}.{body}.{self._signature(body)}"

    def read(self, token: str) -> Claims:
        """Raises BadToken."""
        prefix, _, rest = token.partition(".")
        body, _, signature = rest.partition(".")
        right = hmac.compare_digest(signature.encode(), self._signature(body).encode())
        if prefix != PREFIX or not right:
            raise BadToken("this is no token of this server")
        try:
            claims = Claims.model_validate_json(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValidationError, binascii.Error) as error:
            raise BadToken("this is no token of this server") from error
        if claims.exp < time.time():
            raise BadToken("this token has expired: ask for a new link")
        return claims

    def _signature(self, body: str) -> str:
        return _encoded(hmac.new(self._secret, f"{PREFIX}.{body}".encode(), hashlib.sha256).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def secret_of(folder: Path) -> bytes:
    """`FIRSTLIGHT_SECRET`, else what the file `secret` in the data folder holds; it is made where there is none."""
    if given := os.environ.get("FIRSTLIGHT_SECRET"):
        return given.encode()
    path = folder / "secret"
    if not path.exists():
        mine = folder / f"secret.{os.getpid()}"
        with os.fdopen(os.open(mine, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(mine)  # whole or not at all, and the first process wins
        mine.unlink()
    return path.read_bytes()
