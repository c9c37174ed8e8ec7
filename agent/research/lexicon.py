"""Which words of a question mean a figure of the facts table, and which words mean nothing for that."""

import re
from functools import cache

from agent.research.metrics import METRICS, names, normal

EXTRA: dict[str, tuple[str, ...]] = {
    "revenue": ("selling",),
    "sga": ("selling general and admin", "selling general admin", "administrative expenses"),
    "net_income": ("net result", "profit or a loss", "profit or loss", "loss or profit", "loss"),
    "eps_diluted": ("eps diluted", "per diluted share", "earnings a share", "profit per share", "earned per share"),
    "eps_basic": ("eps basic", "per basic share"),
    "operating_cash_flow": (
        "operating cash flows", "operating cashflow", "cash flow from operating activities", "cash from operating activities",
        "cash provided by operating activities", "operating cash", "cfo",
    ),
    "capex": ("capex", "cap ex", "purchases of property plant and equipment", "capital investments", "capital expenses"),
    "free_cash_flow": ("free cashflow",),
    "operating_income": ("operating loss", "operating earnings", "operating result", "operating profits"),
    "gross_profit": ("gross profits", "gross income"),
    "gross_margin": ("gross margins",),
    "operating_margin": ("operating margins", "op margin", "operating income margin", "ebit margin"),
    "net_margin": ("net margins", "profit margins", "net profit margins"),
    "pretax_income": ("profits before tax", "earnings before tax", "income before taxes"),
    "shares_repurchased": ("shares did it buy back", "shares repurchased"),
    "cash": ("cash",),
    "income_tax": ("income tax expenses",),
    "equity": ("shareholder equity", "stockholder equity", "equity"),
}  # fmt: skip
"""Names that the catalogue lacks, normalised as its own are."""
VERBS: tuple[tuple[str, str], ...] = (
    (r"\bcash\b.{0,40}\boperations\b|\boperations\b.{0,40}\bcash\b", "operating_cash_flow"),
    (r"\b(?:earn(?:ed|s)?|ma[dk]e)\b.{0,20}\b(?:per|a|each)\s+(?:diluted\s+)?share\b", "eps_diluted"),
    (r"\b(?:sell|sells|sold)\b(?!\s+(?:and|general))", "revenue"),
    (r"\b(?:earn|earns|earned|profitable|unprofitable|lose|lost|make|made)\b", "net_income"),
)
"""Verbs that mean a figure where no noun does."""
FIRST = VERBS[:2]
"""These also win over nouns inside them."""
FILLERS = frozenset(
    """a about above absolute accounted across actual actually add after again against all also altogether am amount amounted an and
    annual annually any approximately are around as at average be been before being below between billion billions book booked both
    bring brought business but by came can check cheers come comes companies company compare compared comparison compute could curious
    data day days did do does dollar dollars down each earn earned earning end ended ending ends ever every exact exactly expenditure
    expense expenses figure figures filing filings find finally fiscal firm for from full fy gave generate generated generates
    get give given go got had has have having hello hey hi his how i if in into is it its just kindly know large last latest least less
    level list look looking looks lot made make makes many margin margins me mean million millions money more most much my name need
    net new now number numbers of off on one only or other our out over overall own paid part pay per percent percentage period please
    point points post posted produce produced pull quarter quarterly quarters quick ratio real really recent recently record recorded
    report reported reporting reports result results right same say says see share show since size so some someone spend spending spends spent
    stand standing stood such take taken tell than thank thanks that the their them then there these they thing this those time to
    today total totals towards under up us usd use value versus vs want was we well were what whats when where whether which while
    who whole whose why will with within would year yearly years yes you your yours yoy qoq higher lower bigger biggest larger
    largest highest lowest smallest best worst better worse faster slower growth grow grew growing grown rise rose rising risen increase
    increased increasing fall fell falling fallen decrease decreased decline declined declining drop dropped change changed
    changes jump jumped shrink shrank shrunk develop developed development developing evolve evolved trend trends trending history
    historical historically over course past compound cagr rate trailing twelve month months ttm twelve-month rolling sequential sequentially
    prior previous earlier ago next quarter-over-quarter year-over-year over-year year-on-year quarter-on-quarter quarters'
    intensity relative dependence proportion fraction divided expressed terms term basis ratio costs cost bucks
    sum summed combined together it's i'd i'm id im pls plz table chart plot graph graphs draw cents buck
    consolidated company's companywide firm's worldwide global globally three two four five six eight ten twelve first second third fourth
    half fast quick quickly double doubled doubling doubles triple tripled reach reached reaches hold held holds holding carry carried
    carries may early late gain gained gains slip slipped move moved moves moving near live run running base based began begun order
    further yet seen greater gross put puts contribute contributed contributing owe owed sit sits sitting work works use used using
    profitable unprofitable strong weak healthy good bad amounts equal equals equalled achieve achieved deliver delivered deliver
    finish finished close closed start started steadily roughly about around precisely left remain remained remaining
    bring brings brought income cash sales revenue revenues sell sells sold buy bought return returned returns outcome line
    half drove drive drives driver drivers driven caused cause causes reason reasons business businesses why performance perform performed financial financially calendar corporation inc corp""".split()
)
"""Words beside a metric, a period and a company that leave its meaning as it is."""


GAP = "·"
"""Stands for a letter of a word that was understood."""


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    table = dict(names()) | {normal(phrase): name for name, group in EXTRA.items() for phrase in group}
    return tuple(sorted(table.items(), key=lambda item: -len(item[0])))


def metrics_in(text: str) -> tuple[tuple[str, ...], str]:
    """The metrics that a text names, in its order, and the text, normalised, with gaps where they stood."""
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
    if not found:
        for pattern, name in VERBS:
            if match := re.search(pattern, rest):
                take(match.start(), match.end(), name)
                break
    ordered = tuple(dict.fromkeys(name for _, name in sorted(found) if name in METRICS))
    return ordered, rest
