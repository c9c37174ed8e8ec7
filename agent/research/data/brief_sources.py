"""The filings behind the briefs, cut into pieces of evidence: a sentence, a table row, or one XBRL value.

A number counts as found only in a piece that also shares words with the sentence it stands in, because a filing holds
thousands of numbers and nearly every small one occurs somewhere.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

SCALE = {"thousand": Decimal(10**3), "million": Decimal(10**6), "billion": Decimal(10**9), "trillion": Decimal(10**12)}

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_DATE = re.compile(rf"\b({'|'.join(f'{month}|{month[:3]}' for month in _MONTHS)})\.? (\d{{1,2}})(?:, (\d{{4}}))?\b")
_NUMBER = re.compile(
    r"(?<![\w.])[$€]?\s?(?P<digits>\d[\d,]*(?:\.\d+)?)(?!\w|-[A-Z]\b)"
    r"(?:[\s|]*(?P<unit>%|percentage points|points|pts|thousand|million|billion|trillion))?"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_STATES_PER_CENTS = re.compile(r"%|change|percent|margin|rate", re.IGNORECASE)
_COMMON = frozenset({"the", "and", "for", "was", "were", "with", "from", "than", "that", "this", "its", "our"})
_COMMON |= {"nvidia", "alphabet", "google", "apple", "marvell"}


class Number(NamedTuple):
    value: Decimal
    """As written, before the unit: 46.7 in "46.7 billion"; yyyymmdd for a date, mmdd for a day without a year."""
    unit: str
    """A word of `SCALE`, "%", "date", "day", "year", or "" for another plain number."""

    @property
    def is_long(self) -> bool:
        """Of four digits or more, so that it hardly stands in a filing by chance."""
        return len(self.value.as_tuple().digits) >= 4

    def rounds(self, exact: Decimal) -> bool:
        decimals = max(0, -int(self.value.as_tuple().exponent))
        return abs(exact - self.value) <= Decimal("0.5").scaleb(-decimals)


@dataclass(frozen=True)
class Evidence:
    words: frozenset[str]
    numbers: frozenset[Number]
    shared: int = 2
    """How many words a sentence must share with this piece before its numbers count."""
    scales: tuple[int, ...] = ()
    """What a plain number here may stand for: a table states its unit once, far from the number."""
    per_cents: bool = False
    """Whether a plain number here may be a per cent."""

    def holds(self, number: Number, words: frozenset[str]) -> bool:
        near = len(self.words & words) >= self.shared or number.is_long
        return near and any(self._is(number, other) for other in self.numbers)

    def _is(self, number: Number, other: Number) -> bool:
        if number == other:
            return True
        if number.unit == "%":
            return (other.unit == "%" or (other.unit == "" and self.per_cents)) and number.rounds(other.value)
        if number.unit not in SCALE:
            return False
        if other.unit in SCALE:
            return number.rounds(other.value * SCALE[other.unit] / SCALE[number.unit])
        return other.unit == "" and any(number.rounds(other.value * s / SCALE[number.unit]) for s in self.scales)


@dataclass(frozen=True)
class Filing:
    evidence: tuple[Evidence, ...]
    dates: frozenset[Number] = field(default_factory=frozenset)
    """Dates, and the days and years they are made of."""

    def holds(self, number: Number, sentence: str) -> bool:
        if number.unit in ("date", "day", "year"):
            return number in self.dates
        words = stems(sentence)
        return any(piece.holds(number, words) for piece in self.evidence)


def sentences(text: str) -> list[str]:
    return _SENTENCE.split(text)


def numbers(text: str) -> Iterator[Number]:
    """Numbers and dates of `text`, in no particular order. Digits inside a word (H20, FY2026) are names."""
    yield from dates(text)
    for match in _NUMBER.finditer(_DATE.sub(" ", text)):
        digits = match["digits"].rstrip(",")
        unit = match["unit"] or ("year" if _YEAR.fullmatch(digits) else "")
        yield Number(Decimal(digits.replace(",", "")), "%" if unit.startswith(("p", "%")) else unit)


def dates(text: str) -> Iterator[Number]:
    for month, day, year in _DATE.findall(text):
        at = 1 + next(i for i, name in enumerate(_MONTHS) if name.startswith(month))
        yield Number(Decimal(int(year or 0) * 10_000 + at * 100 + int(day)), "date" if year else "day")


def stems(text: str) -> frozenset[str]:
    """Words cut to four letters, without the commonest: enough to know "repurchases" from "repurchased"."""
    words = (word.casefold() for word in _WORD.findall(text) if len(word) > 2 or word.isupper())
    return frozenset(word[:4] for word in words if word not in _COMMON)


@cache
def passages(sources: Path) -> tuple[str, ...]:
    texts = [passage["text"] for passage in _json(sources / "sec-demo/passages.json")]
    for path in sorted((sources / "sec-multi").glob("*.json")):
        texts += _json(path)["blocks"]
    return tuple(texts)


@cache
def filing(sources: Path, ticker: str, form: str, filed: str, accession: str) -> Filing:
    demo = _json(sources / "sec-demo/passages.json")
    texts = [passage["text"] for passage in demo if passage["accession"] == accession]
    rows: list[dict[str, Any]] = [row for row in _csv(sources / "sec-demo/facts.csv") if row["ticker"] == ticker]
    rows += [row for row in _csv(sources / "sec-demo/dimensions.csv") if row["accession"] == accession]
    parsed = sources / f"sec-multi/{ticker}-{form}-{filed}.json".lower()
    if parsed.exists():
        texts += _json(parsed)["blocks"]
        rows += _json(parsed)["facts"]
    for published in (sources / "sec-raw").glob(f"{ticker[:4].lower()}_companyfacts.json"):
        for taxonomy in _json(published)["facts"].values():
            for concept, stated in taxonomy.items():
                facts = [fact for unit in stated["units"].values() for fact in unit if fact["accn"] == accession]
                rows += [{**fact, "concept": concept, "value": fact["val"]} for fact in facts]
    evidence = [piece for text in texts for piece in _pieces(text)] + [_fact(row) for row in rows]
    named = {number for text in texts for number in numbers(text) if number.unit in ("date", "day", "year")}
    named |= {number for row in rows for number in _when(row)}
    days = {Number(date.value % 10_000, "day") for date in named if date.unit == "date"}
    years = {Number(date.value // 10_000, "year") for date in named if date.unit == "date"}
    return Filing(tuple(evidence), frozenset(named | days | years))


def _pieces(text: str) -> Iterator[Evidence]:
    if not text.startswith("TABLE"):
        for part in sentences(text):
            words = stems(part)
            yield Evidence(words, frozenset(numbers(part)), shared=2 if len(words) > 6 else 1)
        return
    for row in text.removeprefix("TABLE:").split(" // "):
        found = frozenset(numbers(row))
        fractions = bool(_STATES_PER_CENTS.search(text)) or any(number.value % 1 for number in found)
        yield Evidence(stems(row) or stems(text), found, shared=1, scales=(1, 10**3, 10**6), per_cents=fractions)


def _fact(row: dict[str, Any]) -> Evidence:
    value = abs(Decimal(str(row["value"])))
    name = re.sub(r"[_:=;]", " ", f"{row.get('concept')} {row.get('metric', '')} {row.get('dims', '')}")
    stated = {Number(value, ""), Number(value * 100, "%")} if value <= 1 else {Number(value, "")}
    return Evidence(stems(name), frozenset(stated), shared=1, scales=(1,))


def _when(row: dict[str, Any]) -> Iterator[Number]:
    for key in ("start", "end", "instant"):
        if day := row.get(key):
            yield Number(Decimal(str(day)[:10].replace("-", "")), "date")
    if year := row.get("fy"):
        yield Number(Decimal(year), "year")


@cache
def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
