"""Which words of a question mean a figure of the facts table, and which words mean nothing for that."""

import re
from functools import cache
from pathlib import Path

from agent.research.figures.metrics import METRICS, names, normal

EXTRA: dict[str, tuple[str, ...]] = {
    "revenue": ("selling",),
    "sga": ("selling general and admin", "selling general admin", "administrative expenses"),
    "net_income": ("net result", "profit or a loss", "profit or loss", "loss or profit", "loss"),
    "eps_diluted": ("eps diluted", "per diluted share", "earnings a share", "profit per share", "earned per share"),
    "eps_basic": ("eps basic", "per basic share"),
    "operating_cash_flow": (
        "operating cash flows", "operating cashflow", "operating cash", "cash flow from operating activities",
        "cash from operating activities", "cash provided by operating activities",
    ),
    "research_and_development": ("research & development",),
    "remaining_performance_obligation": ("revenue backlog",),
    "capex": (
        "invest in property and equipment", "invested in property and equipment", "spend on property and equipment",
        "capex", "cap ex", "purchases of property plant and equipment", "capital investments",
    ),
    "free_cash_flow": ("free cashflow",),
    "operating_income": ("operating loss", "operating earnings", "operating result", "operating profits"),
    "gross_profit": ("gross profits", "gross income"),
    "gross_margin": ("gross margins",),
    "operating_margin": ("operating margins", "op margin", "operating income margin", "ebit margin"),
    "net_margin": ("net margins", "profit margins", "net profit margins"),
    "pretax_income": ("profits before tax", "earnings before tax", "income before taxes"),
    "share_repurchases": ("buying back shares", "buying back its own shares", "buying back stock", "buy back shares"),
    "shares_repurchased": ("shares did it buy back", "shares repurchased"),
    "cash": ("cash",),
    "income_tax": ("income tax expenses",),
    "equity": ("shareholder equity", "stockholder equity", "equity"),
}  # fmt: skip
"""Names that the catalogue lacks, normalised as its own are."""
VERBS: tuple[tuple[str, str], ...] = (
    (r"\b(?:how many|number of) shares\b.{0,40}\b(?:buy|bought|repurchased?)\b(?: back)?", "shares_repurchased"),
    (r"\bcash\b.{0,40}\boperations\b|\boperations\b.{0,40}\bcash\b", "operating_cash_flow"),
    (r"\b(?:earn(?:ed|s)?|ma[dk]e)\b.{0,20}\b(?:per|a|each)\s+(?:diluted\s+)?share\b", "eps_diluted"),
    (r"\b(?:bring|brings|brought|take|takes|took|rake|raked)\s+in\b", "revenue"),
    (r"\b(?:sell|sells|sold)\b(?!\s+(?:and|general|an?|any|its|off|the|to|their|back)\b)", "revenue"),
    (
        r"\b(?:earn|earns|earned|profitable|unprofitable|lose|lost|make|made|(?:making|losing) money|loss making)\b",
        "net_income",
    ),
)
"""Verbs that mean a figure where no noun does."""
FIRST = VERBS[:3]
"""These also win over nouns inside them."""
FILLERS = frozenset((Path(__file__).parents[1] / "data" / "plain_words.txt").read_text("utf-8").split())
"""Words beside a metric, a period and a company that leave its meaning as it is."""


GAP = "·"
"""Stands for a letter of a word that was understood."""


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    table = dict(names()) | {normal(phrase): name for name, group in EXTRA.items() for phrase in group}
    return tuple(sorted(table.items(), key=lambda item: -len(item[0])))


def metrics_in(text: str) -> tuple[tuple[str, ...], str, bool]:
    """The metrics that a text names, in its order; the text, normalised, with gaps where they stood; and whether a
    noun named them, not only a verb."""
    rest = " " + re.sub(r"[?!.;:()\"“”]", " ", normal(text)) + " "
    found: list[tuple[int, str]] = []

    def take(start: int, end: int, name: str) -> None:
        nonlocal rest
        found.append((start, name))
        rest = rest[:start] + GAP * (end - start) + rest[end:]

    for pattern, name in FIRST:
        if match := re.search(pattern, rest):
            take(match.start(), match.end(), name)
    for phrase, name in _phrases():
        while (at := rest.find(f" {phrase} ")) >= 0:
            take(at + 1, at + 1 + len(phrase), name)
    noun = bool(found)
    if not found:
        for pattern, name in VERBS:
            if match := re.search(pattern, rest):
                take(match.start(), match.end(), name)
                break
    ordered = tuple(dict.fromkeys(name for _, name in sorted(found) if name in METRICS))
    return ordered, rest, noun
