"""Rows of tables that hold a figure which is asked for by name, in a user's own documents."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.research.answer.grounding import numbers
from agent.research.question.lexicon import FILLERS, metrics_in
from agent.research.search.rows import is_row, label_of
from agent.research.search.sentences import words

NEUTRAL = FILLERS - {"percent", "percentage", "ratio", "margin", "rate", "share"}
"""Words beside a quantity in a label that leave it as it is."""


def quantities(question: str) -> tuple[str, ...]:
    """The metrics that a question names by a noun; "make" and "sell" mean many things in somebody's documents."""
    found, _, noun = metrics_in(question)
    return found if noun else ()


def is_row_of(text: str, question: str, named: Sequence[str]) -> bool:
    """Whether a text is the row of a table for just one of the named quantities, with its figures."""
    if not named or not is_row(text) or not numbers(text):
        return False
    found, rest = _of_label(label_of(text))
    narrower = [word for word in rest if word not in NEUTRAL and not set(words(word)) <= set(words(question))]
    return bool(set(found) & set(named)) and not narrower


def rows_of(text: str, question: str, named: Sequence[str]) -> set[str]:
    """Those of the named quantities that have a row of their own in a text."""
    return {name for name in named if any(is_row_of(line, question, [name]) for line in text.split("\n"))}


@lru_cache(maxsize=4096)
def _of_label(label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The metrics that a label names, and its other words."""
    found, rest, _ = metrics_in(label)
    return found, tuple(re.findall(r"[a-z&]+", rest))
