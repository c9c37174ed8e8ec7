"""Check the briefs: their form always, their words and numbers where the filings are at hand.

`python -m agent.research.data.check_briefs [SOURCES]` prints one line a fault and exits 1 if there is any. SOURCES is
a folder with `sec-demo`, `sec-multi` and `sec-raw`; without it only the form is checked. Briefs are our own words: no
run of `COPY_LIMIT` words may stand in any source, and each number must stand in the brief's own filing, or follow
from other numbers of the same brief where the sentence says "computed".
"""

import re
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations, permutations
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.research.data.brief_sources import SCALE, Filing, Number, filing, numbers, passages, sentences

BRIEFS = Path(__file__).parent / "briefs"
COPY_LIMIT = 8
WORDS = range(30, 131)

_DAY = r"^\d{4}-\d{2}-\d{2}$"
_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+")


class Brief(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    ticker: str = Field(pattern=r"^[A-Z]+$")
    company: str = Field(min_length=1)
    form: Literal["10-K", "10-Q"]
    period: str = Field(min_length=1)
    period_end: str = Field(pattern=_DAY)
    filed: str = Field(pattern=_DAY)
    accession: str = Field(pattern=r"^\d{10}-\d{2}-\d{6}$")
    url: str = Field(pattern=r"^https://www\.sec\.gov/Archives/edgar/data/")
    section: str = Field(min_length=1)
    topic: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)


def read_briefs(folder: Path = BRIEFS) -> list[Brief]:
    """All briefs of `folder/*.jsonl`. Raises ValueError naming file and line."""
    briefs = []
    for path in sorted(folder.glob("*.jsonl")):
        for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                briefs.append(Brief.model_validate_json(line))
            except ValidationError as error:
                raise ValueError(f"{path.name}:{row}: {error}") from error
    return briefs


def check_form(briefs: Iterable[Brief]) -> Iterator[str]:
    seen: set[str] = set()
    for brief in briefs:
        if brief.id in seen:
            yield f"{brief.id}: id is used twice"
        seen.add(brief.id)
        if (count := len(brief.text.split())) not in WORDS:
            yield f"{brief.id}: {count} words, expected {WORDS.start} to {WORDS.stop - 1}"
        if brief.accession.replace("-", "") not in brief.url:
            yield f"{brief.id}: url {brief.url!r} is not of accession {brief.accession!r}"
        if brief.filed <= brief.period_end:
            yield f"{brief.id}: filed {brief.filed!r} before its period ended {brief.period_end!r}"
        if brief.company.casefold() not in brief.text.casefold():
            yield f"{brief.id}: text does not name {brief.company!r}"


def check_words(briefs: Iterable[Brief], sources: Iterable[str]) -> Iterator[str]:
    """Runs of `COPY_LIMIT` words, case and punctuation folded, that a brief shares with a source."""
    owners = {run: brief.id for brief in briefs for run in _runs(brief.text)}
    copied = {run for source in sources for run in _runs(source) if run in owners}
    yield from sorted(f"{owners[run]}: copied {' '.join(run)!r}" for run in copied)


def check_numbers(brief: Brief, source: Filing) -> Iterator[str]:
    """Numbers that neither stand in the filing beside words of their sentence nor follow from the brief's others."""
    stated = set(numbers(brief.text))
    for sentence in sentences(brief.text):
        for number in numbers(sentence):
            if _is_filing_date(number, brief) or source.holds(number, f"{brief.title} {sentence}"):
                continue
            if "computed" in sentence and _follows(number, stated - {number}):
                continue
            yield f"{brief.id}: {number.value} {number.unit or '(plain)'} is not in the filing: {sentence!r}"


def _is_filing_date(number: Number, brief: Brief) -> bool:
    days = {day.replace("-", "") for day in (brief.period_end, brief.filed)}
    return number.unit == "date" and str(number.value) in days


def _follows(number: Number, others: Iterable[Number]) -> bool:
    """Whether `number` is a per cent share or growth, a difference, or a sum of two to four of the others."""
    alike = [(n.value * SCALE.get(n.unit, Decimal(1)), n.unit == "%") for n in others]
    pairs = [(a, b) for (a, x), (b, y) in permutations(alike, 2) if x == y]
    ratios = [a / b for a, b in pairs if b]
    if number.unit == "%" and any(number.rounds(r * 100) or number.rounds((r - 1) * 100) for r in ratios):
        return True
    scale = SCALE.get(number.unit, Decimal(1))
    terms = [value for value, per_cent in alike if per_cent == (number.unit == "%")]
    sums = (sum(some, Decimal(0)) for size in (2, 3, 4) for some in combinations(terms, size))
    return any(number.rounds(total / scale) for total in (*sums, *(a - b for a, b in permutations(terms, 2))))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return zip(*(words[start:] for start in range(COPY_LIMIT)), strict=False)


def check(briefs: list[Brief], sources: Path | None = None) -> list[str]:
    faults = list(check_form(briefs))
    if sources is not None:
        faults += check_words(briefs, passages(sources))
        for brief in briefs:
            source = filing(sources, brief.ticker, brief.form, brief.filed, brief.accession)
            faults += check_numbers(brief, source)
    return faults


if __name__ == "__main__":
    found = check(read_briefs(), Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
