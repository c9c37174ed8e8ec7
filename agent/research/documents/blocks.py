"""Paragraphs, rows and headings, told apart in lines that have no markup."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.research.search.rows import WIDEST, is_row

NUMBERED = re.compile(r"^(item|note|part|section|chapter|appendix)\s+[\divxlc]+[a-z]?\b", re.I)
BULLET = re.compile(r"^([•●▪◦‣*-]|\(?[a-z0-9]{1,2}\))\s")
COLUMNS = re.compile(
    r"\b(months?|years?|quarters?|weeks) ended\b|\bin (m|b|th)[a-z]+s\b|^change\b|\(continued\)|\bunaudited\)?$", re.I
)
SMALL = re.compile(r"a|an|and|as|at|by|for|from|in|of|on|or|our|the|to|with", re.I)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or one row, and where it stands."""

    text: str
    section: str = ""
    page: int | None = None


def is_heading(line: str) -> bool:
    """Short, without a full stop, numbered like `Item 2.` or with its words capitalised; not the head of a column."""
    if len(line) > WIDEST:
        return False
    if NUMBERED.match(line):
        return not line.endswith((",", ";"))
    tokens = [token for token in line.split() if not SMALL.fullmatch(token)]
    if not 1 <= len(tokens) <= 10 or len(line) > 90 or line.endswith((".", ",", ";", ":", "?", "!")) or is_row(line):
        return False
    if COLUMNS.search(line):
        return False
    letters = sum(character.isalpha() for character in line)
    return letters > len(line) / 2 and all(token[0].isupper() or not token[0].isalpha() for token in tokens)


def lines_to_blocks(lines: Iterable[str], section: str = "", page: int | None = None) -> Iterator[Block]:
    """Join wrapped lines to paragraphs, keep rows apart, and give every block the heading over it.

    A line ends its paragraph when it is clearly shorter than the widest line; an empty line always does.
    """
    stripped = [line.strip() for line in lines]
    width = max((len(line) for line in stripped if not is_row(line)), default=0)
    paragraph: list[str] = []
    for line in stripped:
        fresh = not paragraph or len(paragraph[-1]) < 0.7 * width or paragraph[-1].endswith((".", ":", ";"))
        heading = fresh and is_heading(line)
        if paragraph and (not line or heading or is_row(line) or BULLET.match(line) or _ended(paragraph[-1], width)):
            yield Block(" ".join(paragraph), section, page)
            paragraph = []
        if heading:
            section = under(section, line)
        elif is_row(line):
            yield Block(line, section, page)
        elif line:
            paragraph.append(line)
    if paragraph:
        yield Block(" ".join(paragraph), section, page)


def under(section: str, heading: str) -> str:
    """The section path after a heading: numbered headings start anew, others stand under the last numbered one.

    >>> under("Item 2. Discussion › Revenue", "Gross Margin")
    'Item 2. Discussion › Gross Margin'
    """
    heading = " ".join(heading.split())[:100]
    top = section.split(" › ")[0]
    return f"{top} › {heading}" if NUMBERED.match(top) and not NUMBERED.match(heading) else heading


def _ended(line: str, width: int) -> bool:
    return len(line) < 0.7 * width and line.endswith((".", ":", ";", "!", "?"))
