"""Rows of tables that hold a figure which is asked for by name, in a user's own documents."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.research.answer.grounding import numbers
from agent.research.question.lexicon import FILLERS, metrics_in
from agent.research.search.rows import is_row, label_of
from agent.research.search.sentences import words

FIGURE = 0.1
"""What a sentence with a figure scores where one is asked for by name."""
ROW = 0.35
"""What a row scores that holds the very figure which is asked for: as much as a sentence with all of the words."""

NEUTRAL = FILLERS - {"percent", "percentage", "ratio", "margin", "rate", "share"}
"""Words beside a quantity in a label that leave it as it is."""


def quantities(question: str) -> tuple[str, ...]:
    """The metrics that a question names by a noun; "make" and "sell" mean many things in somebody's documents."""
    found, _, noun = metrics_in(question)
    return found if noun else ()


def holds(text: str, query: str, named: Sequence[str]) -> float:
    """A bonus for a figure where one is asked for by name; more for the row of a table that is just that figure's."""
    if not named or not numbers(text):
        return 0.0
    if not is_row(text):
        return FIGURE
    found, rest = _of_label(label_of(text))
    narrower = [word for word in rest if word not in NEUTRAL and not set(words(word)) <= set(words(query))]
    return ROW if set(found) & set(named) and not narrower else 0.0


def rows_of(text: str, query: str, named: Sequence[str]) -> set[str]:
    """Those of the named quantities that have a row of their own in a text."""
    rows = [line for line in text.split("\n") if named and is_row(line)]
    return {name for name in named if any(holds(row, query, [name]) >= ROW for row in rows)}


@lru_cache(maxsize=4096)
def _of_label(label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The metrics that a label names, and its other words."""
    found, rest, _ = metrics_in(label)
    return found, tuple(re.findall(r"[a-z&]+", rest))
