"""The companies that the agent knows, and those that it can name but has nothing about."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.research.figures.filers import FILERS
from agent.research.question.lexicon import FILLERS

ALIASES: dict[str, tuple[str, ...]] = {
    "NVDA": ("nvidia", "nvda", "nvidias"),
    "GOOGL": ("alphabet", "alphabets", "google", "googles", "googl", "goog"),
    "MRVL": ("marvell", "marvells", "mrvl"),
    "AAPL": ("apple", "apples", "aapl"),
}
"""What people type for the companies of the facts table, in lower case."""
PRODUCTS: dict[str, tuple[str, ...]] = {
    "NVDA": ("geforce", "cuda", "blackwell", "hopper", "dgx", "h20", "mellanox"),
    "GOOGL": ("youtube", "waymo", "android", "gmail", "chrome", "gemini"),
    "AAPL": ("iphone", "iphones", "ipad", "ipads", "mac", "macs", "macbook", "airpods", "app store", "siri"),
}
"""Names that stand for their company where a question names none."""
_ALIASES = {alias: ticker for ticker, aliases in ALIASES.items() for alias in aliases}
OTHERS = frozenset((Path(__file__).parents[1] / "data" / "other_companies.txt").read_text("utf-8").split())
"""Names of other companies; next to a known company they are words like any other ("relying on TSMC")."""
_NOT_SLIPS = frozenset({"apply", "ample", "maple", "goggle", "applet"})


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
                guessed.append((written, FILERS[ticker].name))
        elif word in OTHERS and not (word in _WORDS_TOO and written.islower()):
            others.append(written)
        elif word.endswith("s") and word[:-1] in OTHERS - _WORDS_TOO and word not in FILLERS:
            others.append(written[:-1])
    if not tickers and not others:
        tickers = _by_product(question.lower())
    return Named(tuple(tickers), tuple(dict.fromkeys(others)), tuple(guessed))


_WORDS_TOO = frozenset({"arm", "target", "snap", "zoom", "shell", "visa", "ford", "stripe", "mu"})
"""Names that are everyday words when they are written small."""


def _by_product(question: str) -> list[str]:
    return [
        ticker
        for ticker, products in PRODUCTS.items()
        if any(re.search(rf"\b{re.escape(product)}\b", question) for product in products)
    ]


def without_names(question: str) -> str:
    """The question without the names of known companies, and without possessive endings."""
    words = re.split(r"(\W+)", re.sub(r"(?<=\w)[’'`]s?(?=\W|$)", "", question))
    kept = ["" if word.lower() in _ALIASES or _slip_of(word.lower()) else word for word in words]
    return "".join(kept)
