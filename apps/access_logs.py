"""What the server writes down of requests: without the tokens in their addresses."""

import copy
import logging
import re
from typing import Any

from uvicorn.config import LOGGING_CONFIG

_TOKEN = re.compile(r"((?:^|[?&])(?:token|key|api_key)=)[^&\s\"]+", re.IGNORECASE)
_UNFINISHED = "ASGI callable returned without completing response."


def config() -> dict[str, Any]:
    """Uvicorn's own configuration, with tokens left out."""
    ours: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    ours["filters"] = {"tokens": {"()": Tokenless}}
    for handler in ours["handlers"].values():
        handler["filters"] = ["tokens"]
    return ours


class Tokenless(logging.Filter):
    """Leaves out tokens, and a complaint: streams that end before their run break off on purpose (apps/sse.py)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == _UNFINISHED:
            return False
        if isinstance(record.args, tuple):
            record.args = tuple(_without(one) if isinstance(one, str) else one for one in record.args)
        return True


def _without(text: str) -> str:
    return _TOKEN.sub(r"\1...", text)
