"""What can be quoted: passages, and the briefs that ship with Firstlight."""

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import FirstlightError

Filled = Annotated[str, Field(min_length=1)]
QUARTER_WORDS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


class BadCorpus(FirstlightError):
    """A line of a brief file is not a brief; the message names file, line and fault."""


class Passage(BaseModel):
    """A piece of text with its origin; `text` is verbatim, fields that nobody knows are empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Filled
    text: Filled
    title: str = ""
    ticker: str = ""
    company: str = ""
    form: str = ""
    period: str = ""
    """As the source writes it, `Q2 FY2026` or `FY2025`; compare with `period_key`."""
    period_end: str = ""
    filed: str = ""
    """ISO dates."""
    accession: str = ""
    url: str = ""
    section: str = ""
    topic: str = ""
    source: str = ""
    """The file a passage was read from, relative to the indexed folder."""
    page: int | None = None
    """1-based."""

    @property
    def searchable(self) -> str:
        """What is indexed: where the text stands, then the text."""
        return f"{self.title}. {self.section}. {self.text}"


class Brief(Passage):
    """A few sentences of ours about a filing: what it says, and where it says so."""

    ticker: Filled
    company: Filled
    form: Filled
    period: Filled
    period_end: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    filed: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    accession: Annotated[str, Field(pattern=r"^\d{10}-\d\d-\d{6}$")]
    url: Annotated[str, Field(pattern=r"^https://")]
    title: Filled
    section: Filled
    topic: Filled


def load_briefs(folder: Traversable | None = None) -> tuple[Brief, ...]:
    """The briefs in `*.jsonl` of `folder` (default: those that ship), by file name; raises `BadCorpus`."""
    folder = folder or files("agent.research.data").joinpath("briefs")
    if not folder.is_dir():
        return ()
    sources = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".jsonl")), key=lambda s: s.name)
    briefs = tuple(brief for source in sources for brief in _read(source))
    _refuse_repeats(briefs)
    return briefs


def period_key(period: str) -> str:
    """One spelling for a fiscal period: `Q2 FY2026`, `2026 Q2` and `2026q2` are `2026Q2`, `FY25` is `2025`, else empty.

    >>> period_key("second quarter of fiscal 2026")
    '2026Q2'
    """
    text = period.lower()
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text) or re.search(r"(?<=fy)\s*'?\d\d(?!\d)", text)
    if not year:
        return ""
    digits = year[0].strip(" '")
    rest = f"{text[: year.start()]} {text[year.end() :]}"  # else the 6 of 2026q2 is read as 6q
    quarter = re.search(r"q([1-4])|([1-4])q|\b(first|second|third|fourth)\b", rest)
    found = next(group for group in quarter.groups() if group) if quarter else ""
    return (digits if len(digits) == 4 else f"20{digits}") + (f"Q{QUARTER_WORDS.get(found, found)}" if found else "")


def _read(source: Traversable) -> Iterator[Brief]:
    for number, line in enumerate(source.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield Brief.model_validate_json(line)
            except ValidationError as fault:
                raise BadCorpus(f"{source.name}, line {number}: {fault}") from fault


def _refuse_repeats(briefs: Iterable[Brief]) -> None:
    seen: set[str] = set()
    for brief in briefs:
        if brief.id in seen:
            raise BadCorpus(f"two briefs have the id {brief.id!r}")
        seen.add(brief.id)
