"""The companies that the agent knows, and those that it can name but has nothing about."""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Company:
    ticker: str
    name: str
    aliases: tuple[str, ...]
    """Lower case; what people type for it."""
    calendar: str
    """When its fiscal year ends, for people."""


COMPANIES: dict[str, Company] = {
    "NVDA": Company("NVDA", "NVIDIA", ("nvidia", "nvda", "nvidias", "jensen huang"), "the last Sunday in January"),
    "GOOGL": Company("GOOGL", "Alphabet", ("alphabet", "alphabets", "google", "googles", "googl", "goog"), "31 December"),
    "MRVL": Company("MRVL", "Marvell", ("marvell", "marvells", "mrvl"), "the Saturday nearest 31 January"),
    "AAPL": Company("AAPL", "Apple", ("apple", "apples", "aapl"), "the last Saturday of September"),
}
_ALIASES = {alias: company.ticker for company in COMPANIES.values() for alias in company.aliases}
OTHERS = frozenset(
    """amd intel qualcomm broadcom micron tsmc samsung microsoft msft amazon amzn meta facebook tesla tsla netflix nflx
    oracle ibm cisco dell hp arm asml salesforce adobe openai anthropic huawei xiaomi sony nokia ericsson uber airbnb
    spotify paypal visa mastercard walmart costco disney boeing ford toyota volkswagen bmw sap siemens nestle novartis
    pfizer moderna exxon chevron shell bp jpmorgan goldman berkshire coinbase palantir snowflake servicenow crowdstrike
    supermicro smci avgo intc qcom crm orcl csco mu alibaba baidu tencent bytedance tiktok lenovo shopify stripe spacex
    ebay snap pinterest reddit zoom twitter target nike starbucks mcdonalds cocacola pepsi coreweave arista""".split()
)
"""Names of other companies; next to a known company they are words like any other ("relying on TSMC")."""
_NOT_SLIPS = frozenset({"apply", "ample", "maple", "goggle", "applet", "apples", "marvel"})


@dataclass(frozen=True)
class Named:
    """What a question names."""

    tickers: tuple[str, ...]
    """Known companies, in the order of the question."""
    others: tuple[str, ...]
    """Other companies, as they are written there."""
    guessed: tuple[tuple[str, str], ...] = ()
    """Spellings that were read as a company: what was typed, and the company's name."""


def one_slip(typed: str, meant: str) -> bool:
    """Whether `typed` is `meant` with one letter left out, added, changed, or two swapped."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return typed == meant
    at = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest_typed, rest_meant = typed[at:], meant[at:]
    if len(typed) > len(meant):
        return rest_typed[1:] == rest_meant
    if len(typed) < len(meant):
        return rest_typed == rest_meant[1:]
    swapped = rest_typed[:2] == rest_meant[1::-1] and rest_typed[2:] == rest_meant[2:]
    return rest_typed[1:] == rest_meant[1:] or swapped


@cache
def _slip_of(word: str) -> str:
    if len(word) < 5 or word in _NOT_SLIPS or word in OTHERS:
        return ""
    candidates = (alias for alias in _ALIASES if len(alias) >= 5 and alias[0] == word[0])
    return next((alias for alias in candidates if one_slip(word, alias)), "")


def named(question: str) -> Named:
    """The companies of a question, with one slip of the keyboard forgiven in names of five letters or more."""
    tickers: list[str] = []
    others: list[str] = []
    guessed: list[tuple[str, str]] = []
    text = re.sub(r"[’'`]s?(?=\W|$)", "", question)
    for written in re.findall(r"[A-Za-z][\w&.-]*\w|[A-Za-z]", text):
        word = written.lower()
        alias = word if word in _ALIASES else _slip_of(word)
        if alias:
            ticker = _ALIASES[alias]
            if ticker not in tickers:
                tickers.append(ticker)
            if alias != word:
                guessed.append((written, COMPANIES[ticker].name))
        elif word in OTHERS and not (word in _WORDS_TOO and written.islower()):
            others.append(written)
    return Named(tuple(tickers), tuple(dict.fromkeys(others)), tuple(guessed))


_WORDS_TOO = frozenset({"arm", "target", "snap", "zoom", "shell", "visa", "ford", "meta", "stripe", "mu"})
"""Names that are everyday words when they are written small."""


def without_names(question: str) -> str:
    """The question without the names of known companies."""
    words = re.split(r"(\W+)", question)
    kept = ["" if word.lower() in _ALIASES or _slip_of(word.lower()) else word for word in words]
    return "".join(kept)
