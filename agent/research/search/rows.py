"""Rows of tables, told apart by their figures alone: what they are about, and the heading over their columns."""

import re

NUMERIC = re.compile(r"^[($€£]*[\d.,]*\d[\d.,]*[)%x]*$|^[—–-]$|^[$€£%)(]+$")
FIGURE = re.compile(r"[($€£]*\s?\d[\d.,]*\s?[)%x]*(?!\w)|(?<=\s)[—–$€£-](?=\s|$)")
WIDEST = 200
"""Characters of a row."""
FARTHEST = 45
"""Lines between a row and the heading over it."""
LONGEST = 400
"""Characters of a heading that is quoted."""
READABLE = 120
"""Characters of a heading that is quoted whole."""
_UNIT = re.compile(r"\((?:[\w$]+ )?in (?:millions|thousands|billions)\b", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = re.compile(rf"\b{_MONTH}\s+\d{{1,2}}\b,?|\b(?:19|20)\d\d\b|\bq[1-4]\b|\bfy\s?\d+\b", re.IGNORECASE)
_COLUMNS = re.compile(
    r"\b(?:months?|years?|quarters?|weeks?|period) ended\b|\bin (?:millions|billions|thousands)\b"
    rf"|{_MONTH}\s+\d{{1,2}},?\s"
    r"|\b(?:19|20)\d\d\s+(?:19|20)\d\d\b|\bq[1-4]\b.*\bq[1-4]\b",
    re.IGNORECASE,
)


def is_row(line: str) -> bool:
    """A label and figures: two figures or an amount at the end, or figures mostly."""
    if len(line) > WIDEST:
        return False
    tokens = line.split()
    trailing = 0
    for token in reversed(tokens):
        if not NUMERIC.match(token):
            break
        trailing += any(character.isdigit() for character in token) or token in "—–-"
    figures = sum(any(character.isdigit() for character in token) for token in tokens)
    return (
        trailing >= 2
        or (trailing == 1 and tokens[-2:-1] == ["$"])
        or (len(tokens) >= 3 and figures / len(tokens) > 0.5)
    )


def is_heading_of_columns(line: str) -> bool:
    """Whether a line names periods or units and has no figure beside its dates."""
    return bool(_COLUMNS.search(line)) and not re.search(r"\d", _DATES.sub(" ", line)) and not line.endswith(".")


def label_of(row: str) -> str:
    """A row without its figures: what it is about.

    >>> label_of("Net sales $ 1,234 $ (567)")
    'Net sales'
    """
    return " ".join(FIGURE.sub(" ", row).split())


def columns_over(text: str, at: int) -> str:
    """The heading over the columns of the row that starts at `at`, verbatim; empty where there is none."""
    above = text[:at].split("\n")[-FARTHEST - 1 : -1]
    for line in reversed(above):
        if is_heading_of_columns(line):
            return _in_short(line.strip()) if len(line) <= LONGEST else ""
        if not is_row(line) and len(line) > WIDEST:
            return ""
    return ""


def _in_short(heading: str) -> str:
    """A long heading from its unit on, "(in millions)", where one stands before the periods."""
    unit = _UNIT.search(heading)
    return heading[unit.start() :] if unit and len(heading) > READABLE else heading
