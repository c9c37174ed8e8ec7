"""What a person can choose before they ask: a question to begin with, a pace, a document collection.

The browser keeps the last two in cookies (`keep` in static/run_view.js), so a reload and the other page find them
again. Each agent has its own: a pace that suits one slows another.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from agent.registry import about, chosen
from apps import words

PACE, COLLECTION = "pace", "collection"
MOST_STARTERS = 5


def starters() -> tuple[str, ...]:
    """The agent's questions to begin with, as many as a page has room for."""
    return about(chosen()).starters[:MOST_STARTERS]


def libraries(names: Iterable[str]) -> dict[str, str]:
    """What can be read, as values and what a person reads: the agent's own, and the collections called `names`."""
    return {"": about(chosen()).library} | {name: name for name in names}


def cookie(choice: str) -> str:
    """The cookie that keeps a choice of what this agent is asked with."""
    return f"firstlight_{re.sub(r'[^0-9A-Za-z]', '_', chosen())}_{choice}"


def kept_pace(cookies: Mapping[str, str]) -> str:
    """The pace that was chosen last; the agent's where none was, or one that there is no more."""
    pace = _kept(cookies, PACE)
    return about(chosen()).pace if pace is None or pace not in words.PACES else pace


def kept_collection(cookies: Mapping[str, str], names: Iterable[str]) -> str:
    """The collection that was chosen last; empty where none was, or it is not among `names`."""
    collection = _kept(cookies, COLLECTION)
    return collection if collection is not None and collection in names else ""


def _kept(cookies: Mapping[str, str], choice: str) -> str | None:
    value = cookies.get(cookie(choice))
    return None if value is None else unquote(value)
