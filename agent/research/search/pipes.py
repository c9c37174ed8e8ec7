"""Tables as Markdown writes them: rows between pipes, and dashes under the heading of the columns."""

import re

_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?\s*")


def is_rule(line: str) -> bool:
    """Whether a line only separates the heading of a table from its rows: `|---|---|`."""
    return bool(_RULE.fullmatch(line))


def is_heading(text: str, end: int) -> bool:
    """Whether the line that ends at `end` is the heading of a table."""
    return is_rule(text[end:].lstrip("\n").partition("\n")[0])


def heading_over(text: str, at: int) -> str:
    """The heading over the row that starts at `at`, verbatim; empty where it is no row or has none.

    >>> heading_over("| Item | Shelf |\\n|---|---|\\n| Torch | 4 |", 27)
    '| Item | Shelf |'
    """
    above = text[:at].split("\n")[:-1]
    if "|" not in text[at:].partition("\n")[0]:
        return ""
    for line, over in zip(reversed(above[1:]), reversed(above[:-1]), strict=True):
        if is_rule(line):
            return over
        if "|" not in line:
            break
    return ""
