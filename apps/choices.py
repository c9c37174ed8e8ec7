"""What a browser asks with: its pace and document collection.

The browser keeps both in cookies (`keep` in static/run_view.js), so a reload and the other page find them again.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from apps import words

PACE, COLLECTION = "pace", "collection"


def kept_pace(cookies: Mapping[str, str]) -> str:
    """The pace that was chosen last; the default where none was, or one that there is no more."""
    pace = _kept(cookies, PACE)
    return words.DEFAULT_PACE if pace is None or pace not in words.PACES else pace


def kept_collection(cookies: Mapping[str, str], names: Iterable[str]) -> str:
    """The collection that was chosen last; empty where none was, or it is not among `names`."""
    chosen = _kept(cookies, COLLECTION)
    return chosen if chosen is not None and chosen in names else ""


def _kept(cookies: Mapping[str, str], name: str) -> str | None:
    value = cookies.get(f"firstlight_{name}")
    return None if value is None else unquote(value)
