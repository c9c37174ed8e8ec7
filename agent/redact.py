"""Secrets never reach a log: what looks like a key is replaced before it is stored."""

import re
from typing import TypeVar, cast

from pydantic import BaseModel

T = TypeVar("T")

_MAX_WORDS = 2_000

_HIDDEN = "[redacted]"
_SECRET_NAMES = re.compile(
    r"(?i)(api[_-]?key|authorization|password|passwd|secret|(access|auth|refresh|session)[_-]?token|private[_-]?key)"
)
_SECRETS = re.compile(
    r"""(?xi)
    \b(sk|pk|rk)-[a-z0-9_-]{16,}              # OpenAI and its like
    | \bgh[pousr]_[a-z0-9]{20,}               # GitHub
    | \bAKIA[0-9A-Z]{16}\b                    # AWS
    | \bxox[abprs]-[a-z0-9-]{10,}             # Slack
    | \bAIza[\w-]{35}                         # Google
    | (?<![\w-])eyJ[\w-]{10,}+\.[\w-]{10,}+\.[\w-]{5,}  # JSON web tokens
    | (?<=bearer\s)(?=\S*\d)[\w.~+/=-]{8,}    # with a digit: there are bearer securities too
    | (?<=api_key=)[^\s&"']{6,} | (?<=apikey=)[^\s&"']{6,} | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)
    """
)


def redacted(value: T) -> T:
    """The same text, JSON value or event with its secrets replaced."""
    if isinstance(value, str):
        return cast(T, _SECRETS.sub(_HIDDEN, value))
    if isinstance(value, list):
        return cast(T, [redacted(item) for item in value])
    if isinstance(value, dict):
        return cast(T, {k: _HIDDEN if _is_secret(k, v) else redacted(v) for k, v in value.items()})
    if isinstance(value, BaseModel):
        fields = {name: redacted(getattr(value, name)) for name in type(value).model_fields}
        return cast(T, value.model_copy(update=fields))
    return value


def said_by(failure: BaseException) -> str:
    """What an exception says, fit for a log: it may hold secrets, megabytes, and bytes that are no text."""
    try:
        said = f"{type(failure).__name__}: {failure}"
    except Exception:
        said = type(failure).__name__
    said = said if len(said) <= _MAX_WORDS else said[:_MAX_WORDS] + " …"
    return redacted(said.encode("utf-8", "backslashreplace").decode())


def _is_secret(name: object, value: object) -> bool:
    holds = value not in (None, "") and not isinstance(value, bool)
    return holds and isinstance(name, str) and bool(_SECRET_NAMES.search(name))
