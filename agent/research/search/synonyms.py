"""Words that finance uses for the same thing; a question in one of them also finds the others."""

import re
from collections.abc import Callable
from functools import cache

from agent.research.search.sentences import words

GROUPS: tuple[tuple[str, ...], ...] = (
    ("google", "alphabet"),
    ("revenue", "net sales", "sales", "turnover", "top line"),
    ("capex", "capital expenditure", "purchases of property, plant and equipment", "property and equipment"),
    ("cogs", "cost of sales", "cost of revenue", "cost of goods sold"),
    ("profit", "net income", "earnings", "bottom line"),
    ("operating profit", "operating income", "ebit"),
    ("r&d", "research and development"),
    ("g&a", "general and administrative"),
    ("sg&a", "opex", "operating expenses", "selling, general and administrative"),
    ("eps", "earnings per share", "net income per share"),
    ("buyback", "repurchase", "share repurchase", "stock repurchase", "buy back", "bought back"),
    ("dividend", "capital return", "shareholder return"),
    ("employees", "headcount", "staff", "workforce"),
    ("attrition", "employee turnover", "turnover rate"),
    ("competitors", "rivals", "competition", "compete"),
    ("suppliers", "supply chain", "foundry", "manufacturing", "outsourcing partners", "contract manufacturers"),
    ("lawsuit", "litigation", "legal proceedings", "sued", "suing", "court", "class action"),
    ("antitrust", "competition law", "monopoly", "doj", "department of justice"),
    ("fine", "penalty", "sanction"),
    ("tax rate", "effective tax rate", "income tax"),
    ("export controls", "license requirement", "export restrictions", "export licence"),
    ("concentration", "direct customers", "major customers", "largest customers", "10% of revenue"),
    ("regions", "geographic", "billing location", "countries"),
    ("segments", "reportable segments", "business units", "divisions"),
    ("backlog", "remaining performance obligations"),
    ("commitments", "purchase obligations", "supply and capacity obligations"),
    ("depreciate", "useful life", "useful lives", "depreciation", "written off", "writes off"),
    ("receivables", "accounts receivable", "trade receivables"),
    ("inventory", "inventories", "stock on hand"),
    ("debt", "notes", "borrowings", "commercial paper"),
    ("cash flow", "operating activities", "liquidity"),
    ("cybersecurity", "information security", "data breach"),
    ("acquisition", "merger", "takeover", "business combination"),
    ("layoffs", "severance", "restructuring"),
    ("fiscal year", "52- or 53-week year", "year end"),
    ("headquarters", "principal executive offices", "based"),
    ("tariffs", "trade restrictions", "import duties"),
    ("risks", "risk factors", "adversely affect"),
    ("distribution", "resellers", "retail stores", "indirect channels"),
    ("data center", "data centre", "datacenter"),
    ("share-based compensation", "stock-based compensation", "equity awards"),
    ("warranty", "product defects", "product returns"),
    ("sell", "sold", "sales", "ship", "shipped", "shipments", "deliver"),
    ("divest", "divestiture", "disposition", "disposal", "sold its business", "sale of the business"),
    ("assemble", "manufacture", "contract manufacturers", "outside partners"),
    ("fabs", "fabless", "wafer fabrication", "foundry"),
    ("drivers", "drove", "driven", "pushed", "lifted", "boosted", "caused", "main reason"),
    ("auditor", "audits", "audited", "pricewaterhousecoopers"),
    ("seasonality", "seasonal", "holiday demand", "strongest quarter", "quarter is strongest", "best quarter"),
    ("mature", "maturities", "fall due", "come due"),
    ("crypto", "cryptocurrency"),
    ("write down", "written down", "written off", "inventory provisions", "impairment"),
    ("probe", "investigation", "inquiry", "regulators", "looking into", "examining"),
    ("ceo", "chief executive", "boss"),
    ("cfo", "chief financial officer", "finance chief"),
    ("women", "female", "gender"),
    ("clients", "customers"),
    ("hack", "hackers", "cyber attack", "cybersecurity", "breach"),
    ("climate", "emissions", "renewable energy"),
    ("lease", "rent"),
    ("retirement", "pension", "401k"),
    ("currency", "currencies", "exchange rates", "forex", "fx"),
    ("license", "licence", "permit", "permission", "approval"),
    ("banned", "ban", "prohibited", "restricted"),
    ("abroad", "international", "overseas", "foreign", "outside the united states"),
    ("commission", "take rate", "app store fee"),
    ("shares outstanding", "stock outstanding"),
    ("dma", "digital markets act"),
    ("espp", "employee stock purchase plan"),
    ("rsu", "rsus", "restricted stock units"),
    ("tac", "traffic acquisition costs"),
    ("ftc", "federal trade commission"),
    ("eu", "european union", "european commission"),
)

OTHER_NAME = 0.8
MEANS = {
    "people work": "employees",
    "people": "employees",
    "work for": "employees",
    "made of": "segments",
    "sue": "lawsuit",
    "hired": "employees",
}
"""One way only: words that ask for something, and what it is called."""

PLAINLY = {
    "google": "Alphabet",
    "headcount": "number of employees",
    "attrition": "employee turnover",
    "dma": "Digital Markets Act",
    "doj": "Department of Justice",
    "ftc": "Federal Trade Commission",
    "fabs?": "fabrication plants",
    "tac": "traffic acquisition costs",
    "espp": "employee stock purchase plan",
    "rsus?": "restricted stock units",
    "capex": "capital expenditures",
    "write-?downs?|written down": "provisions",
}
"""What the briefs call it, in full; a model of meaning knows few abbreviations."""
_PLAINLY = re.compile(rf"\b(?:{'|'.join(PLAINLY)})\b", re.I)


def synonyms(question: str) -> tuple[str, ...]:
    """The stemmed words that `question` lacks and that stand for something it names."""
    asked = words(question)
    asked += tuple(word for said, meant in MEANS.items() if _within(words(said), asked) for word in words(meant))
    named = [group for group in _stemmed() if any(_within(phrase, asked) for phrase in group)]
    extra = dict.fromkeys(word for group in named for phrase in group for word in phrase)
    return tuple(dict.fromkeys(word for word in (*asked, *extra) if word not in words(question)))


def phrasings(question: str) -> tuple[str, ...]:
    """The question, and once more in the words of the briefs, where it has others."""
    renamed = _PLAINLY.sub(_in_full, question)
    return (question,) if renamed == question else (question, renamed)


def covered(question: str, text: str, rarity: Callable[[str], float]) -> float:
    """Which part of the question's words stands in the text, rare ones counting more: 0 to 1.

    A word that only another name for it stands for counts `OTHER_NAME`.
    """
    asked, found = words(question), set(words(text))
    total = present = 0.0
    for word in dict.fromkeys(asked):
        weight = rarity(word)
        total += weight
        if word in found:
            present += weight
        elif any(found.issuperset(phrase) for phrase in _other_names(word, asked)):
            present += OTHER_NAME * weight
    return present / total if total else 0.0


def _other_names(word: str, asked: tuple[str, ...]) -> list[tuple[str, ...]]:
    groups = [group for group in _stemmed() if any(word in phrase and _within(phrase, asked) for phrase in group)]
    meant = [words(means) for said, means in MEANS.items() if word in words(said) and _within(words(said), asked)]
    return [phrase for group in groups for phrase in group if word not in phrase] + meant


def _in_full(match: re.Match[str]) -> str:
    return next(full for short, full in PLAINLY.items() if re.fullmatch(short, match[0], re.I))


@cache
def _stemmed() -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(tuple(words(phrase) for phrase in group) for group in GROUPS)


def _within(phrase: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return any(asked[i : i + len(phrase)] == phrase for i in range(len(asked) - len(phrase) + 1))
