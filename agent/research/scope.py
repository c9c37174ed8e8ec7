"""What the agent does not answer, and how it says so."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """Why a question is not answered."""

    code: str
    """The code of the warning: `forecast advice market_price instructions unknown_company no_data out_of_scope
    weak_evidence`."""
    message: str
    """The first line of the answer."""


_FORECAST = re.compile(
    r"^\s*(?:so\s+|and\s+|but\s+)?will\b"
    r"|\b(?:what|how|when|where|who|which)\b[^.?]*?\bwill\b(?!\s+not\s+be\s+deductible)"
    r"|\b(?:going to|gonna|likely to)\s+(?:be|grow|rise|fall|drop|hit|reach|double|earn|make|sell|beat|continue|keep)\b"
    r"|\b(?:forecasts?|predict\w*|projections?|project(?:ed)?\s+(?:revenue|sales|earnings|profit)|prognos\w+|extrapolat\w+)\b"
    r"|\bnext\s+(?:fiscal\s+)?(?:year|quarter|decade|month|week|few\s+years|\w+\s+years)\b"
    r"|\bin\s+(?:the\s+)?(?:future|coming\s+years?)\b|\b(?:years?|quarters?)\s+from\s+now\b"
    r"|\bwhat\s+(?:is|s|are)\s+the\s+outlook\b|\bestimates?\s+for\s+(?:fy|fiscal|q[1-4]|20\d\d)",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\bshould\s+(?:i|we|one|you|my\s+\w+|investors?|someone)\b"
    r"|\b(?:good|bad|great|safe|smart|better|best|worth)\s+(?:\w+\s+)?(?:a\s+)?(?:buy|buying|investment|invest|investing|stock|"
    r"stocks|bet|pick|long-term\s+hold)\b"
    r"|\b(?:buy|sell|hold)\s+or\s+(?:buy|sell|hold)\b|\b(?:buy|sell|short|invest\s+in|hold)\s+(?:the\s+|some\s+|my\s+)?"
    r"(?:\w+\s+)?(?:stocks?|shares?)\s*(?:now|today|or|\?|$)"
    r"|\b(?:price\s+targets?|target\s+price|under-?valued|over-?valued|over-?priced|fair\s+value\s+of\s+(?:the\s+)?(?:\w+\s+)?"
    r"(?:stock|share)|buy\s+rating|portfolio\s+advice)\b"
    r"|\b(?:do|would|can)\s+you\s+(?:recommend|advise|suggest)\b|\bwhere\s+to\s+invest\b|\bmy\s+(?:portfolio|savings|pension)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"\b(?:share|stock)s?\s+(?:price|cost|worth|chart|quote|performance|returns?)\b|\bprice\s+of\s+(?:\w+\s+)?(?:a\s+)?(?:shares?|stock)\b"
    r"|\b(?:market\s+(?:cap|capitali[sz]ation|value)|p/?e\s+ratio|price[- ]to[- ]\w+|price[- ]earnings|dividend\s+yield|"
    r"ticker\s+price|short\s+interest|enterprise\s+value|analyst\s+(?:rating|consensus|estimate)s?)\b"
    r"|\b(?:trading\s+at|closing\s+price|how\s+much\s+(?:is|does|are)\s+(?:an?\s+|one\s+)?(?:\w+\s+)?(?:shares?|stock)\b)",
    re.IGNORECASE,
)
_INSTRUCTIONS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.?]*\b(?:instructions?|rules?|prompts?|guidelines|above|previous)\b"
    r"|\b(?:system|hidden|initial|secret|developer)\s+(?:prompt|message|instructions?)\b|\bjail\s?break\b|\byou\s+are\s+now\b"
    r"|\bpretend\s+(?:to\s+be|you|that)\b|\bapi\s+keys?\b|\bpasswords?\b",
    re.IGNORECASE,
)
_CHORES = re.compile(
    r"\b(?:weather|recipe|poem|haiku|joke|translate|song|lyrics|football|soccer|horoscope|capital\s+of|president\s+of|"
    r"bitcoin|crypto\w*|movie|python\s+(?:code|script|function)|homework|who\s+won|write\s+(?:me\s+)?an?\s+\w+|restaurant)\b",
    re.IGNORECASE,
)
COVERAGE = "NVIDIA, Alphabet, Marvell and Apple"


def by_wording(question: str) -> Decline | None:
    """What the words alone put out of scope."""
    if _INSTRUCTIONS.search(question):
        return Decline("instructions", f"I can't help with that: I answer questions about what {COVERAGE} filed with the SEC.")
    if _ADVICE.search(question):
        return Decline("advice", "I can't give investment advice or a price target; I only report what the filings hold.")
    if _PRICE.search(question):
        return Decline("market_price", "I don't have share prices or other market data; I only hold what is in the filings.")
    if _FORECAST.search(question):
        return Decline("forecast", "I can't forecast: the filings hold what has been reported, not what will come.")
    if _CHORES.search(question):
        return out_of_scope()
    return None


def out_of_scope() -> Decline:
    return Decline("out_of_scope", f"I can't answer that: I only know what {COVERAGE} reported in their SEC filings.")


def unknown_company(others: tuple[str, ...]) -> Decline:
    listed = ", ".join(others)
    return Decline("unknown_company", f"I can't answer that for {listed}: I only hold filings of {COVERAGE}.")


def no_data(what: str) -> Decline:
    return Decline("no_data", f"I can't answer that: {what}")


def weak_evidence(where: str) -> Decline:
    return Decline("weak_evidence", f"I can't answer that: I found nothing in {where} that says so.")
