"""Whether the numbers of an answer are held by the sources that it cites.

A number is checked against the cards of its own sentence, never against all that was retrieved: a
figure swapped in from another source would pass that. It proves "grounded", not "answers the
question".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MARKER = re.compile(r"\[(\d{1,3})\]")
_NUMBER = re.compile(
    r"(?<![\w.,/])(?P<sign>[-−–]\s?)?(?P<currency>[$€£]\s?)?(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?![\w]*[A-Za-z]\d)"
    r"(?P<scale>\s?(?:percentage\s+points?|percent|per\s+cent|thousand|million|billion|trillion|bn|tn|mn|[kmb](?![a-z])|%|×|x(?![a-z])))?",
    re.IGNORECASE,
)
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9}
_SCALES |= {"trillion": 1e12, "tn": 1e12}
_NAMES = re.compile(
    r"\[\d{1,3}\]|https?://\S+|\b(?:10|8|20)-[KQF]\b|\b[A-Za-z]+-?\d[\w-]*|\b\d{10}-\d{2}-\d{6}\b|\b\d+/\d+-week\b",
)
"""What holds digits without being a figure: markers, links, forms, names such as Q2 or H20, accession numbers."""
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DATES = re.compile(
    rf"\b{_MONTH}\s+\d{{1,2}}(?:,?\s+(?:19|20)\d\d)?\b|\b\d{{1,2}}\.?\s+{_MONTH}(?:\s+(?:19|20)\d\d)?"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b|(?<![\d,.$€£])(?:19|20)\d\d(?![\d,%]|\.\d)",
)
_BREAK = re.compile(r"(?<=[.!?])[\"”]?(?:\s?\[\d{1,3}\])*\s+(?=[\"“*]*[A-Z0-9])|\n+")
_ABBREVIATIONS = re.compile(r"\b(?:U\.S|Inc|Corp|No|vs|approx|e\.g|i\.e|Ltd|Co)\.$")


@dataclass(frozen=True)
class Number:
    """A figure as a text gives it."""

    text: str
    value: float
    """With its scale: "46.7 billion" is 46.7e9; 55.6 per cent is 55.6."""
    unit: str
    """`percent` or `plain`; the two never match."""
    step: float
    """The size of the last digit given: 0.1e9 for "46.7 billion"."""

    def held_by(self, other: "Number") -> bool:
        """Whether `other`, rounded as this one is, reads the same; a sign that only words carry is not compared."""
        if self.unit != other.unit:
            return False
        slack = 0.5 * self.step * (1 + 1e-9)
        return abs(abs(self.value) - abs(other.value)) <= slack and self.step >= other.step * (1 - 1e-9)


@dataclass(frozen=True)
class Ungrounded:
    """A number that no source of its sentence holds."""

    number: str
    sentence: str


def numbers(text: str) -> list[Number]:
    """The figures of a text; years, dates, forms and names with digits in them are not figures."""
    found = []
    for match in _NUMBER.finditer(_DATES.sub(" ", _NAMES.sub(" ", text))):
        digits = match["digits"]
        scale = (match["scale"] or "").strip().lower()
        percent = scale.startswith(("%", "per"))
        factor = 1.0 if percent else _SCALES.get(scale, 1.0)
        decimals = len(digits.partition(".")[2])
        sign = -1.0 if match["sign"] else 1.0
        value = sign * float(digits.replace(",", "")) * factor
        found.append(Number(match[0].strip(), value, "percent" if percent else "plain", factor * 10.0**-decimals))
    return found


def dates(text: str) -> set[str]:
    """The years that a text names, in dates and in fiscal labels."""
    return set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))


def sentences(text: str) -> list[str]:
    """Sentences and lines, each with the markers that stand after its full stop."""
    parts: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        stop = match.start() + len(match[0].rstrip())
        if _ABBREVIATIONS.search(text[start : match.start()]):
            continue
        parts.append(text[start:stop])
        start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def ungrounded(answer: str, cards: Mapping[int, str], computed: Iterable[str] = ()) -> list[Ungrounded]:
    """The numbers of `answer` that neither a card cited in their sentence nor a computed value holds.

    `cards` maps a citation's index to its text (title, locator, quote); `computed` are the values
    that a tool registered, as text with their units ("55.6 %").
    """
    registered = [number for text in computed for number in numbers(text)]
    missing = []
    for sentence in sentences(answer):
        cited = [int(index) for index in MARKER.findall(sentence)]
        held = registered + [number for index in cited for number in numbers(cards.get(index, ""))]
        missing += [
            Ungrounded(number.text, sentence)
            for number in numbers(sentence)
            if not any(number.held_by(other) for other in held)
        ]
    return missing


def unresolved(answer: str, cards: Iterable[int]) -> tuple[set[int], set[int]]:
    """Markers without a card, and cards without a marker."""
    marked = {int(index) for index in MARKER.findall(answer)}
    carded = set(cards)
    return marked - carded, carded - marked
