"""Yes or no to a question about a figure's sign, its direction or which of two is larger: computed, never guessed."""

from collections.abc import Sequence

from agent.research.figures.filers import FILERS
from agent.research.figures.results import Result
from agent.research.question import intent
from agent.research.question.reading import Reading
from agent.research.question.wording import phrases

_UP = phrases(r"""
    gr[oe]w|grows|growing|grown|ris(?:e|es|ing|en)|rose|increas(?:e|es|ed|ing)|gain(?:s|ed|ing)?|jump(?:s|ed|ing)?
    surg(?:e|es|ed|ing)|climb(?:s|ed|ing)?|soar(?:s|ed|ing)?|up|expand(?:s|ed|ing)?|widen(?:s|ed|ing)?
    improv(?:e|es|ed|ing)
""")
_DOWN = phrases(r"""
    fall(?:s|ing|en)?|fell|decreas(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|drop(?:s|ped|ping)?|shr[iau]nk(?:s|ing)?
    slump(?:s|ed|ing)?|plung(?:e|es|ed|ing)|down|narrow(?:s|ed|ing)?|worsen(?:s|ed|ing)?|deteriorat(?:e|es|ed|ing)
""")
_JUDGES = phrases(r"improv\w+|worsen\w*|deteriorat\w+|better")
_MORE = phrases("more|higher|larger|bigger|greater|above|faster|better|exceeds?|exceed(?:ed|ing)|ahead of")
_LESS = phrases("less|fewer|lower|smaller|below|slower|behind|worse")
_THAN = phrases("than|exceeds?|exceed(?:ed|ing)|above|below|ahead of|behind")
_THAN_BEFORE = phrases(
    r"(?:than|above|below) .*(?:year|quarter|last|prior|previous|before|ago|earlier|q[1-4]|fy ?\d+|20\d\d)"
)
_GAIN = phrases("profitable|profits?|positive|in the black|(?:make|makes|made|making|earn|earns|earned) money")
_LOSS = phrases("unprofitable|loss(?:es)?|loss-making|lose|loses|lost|losing|negative|in the red|deficit")
_PAYS = phrases(r"pay|pays|paid|paying|dividends?|bu(?:y|ys|ying)|bought|repurchas\w+|buybacks?")
_OPEN = phrases(r"""
    or|not|never|no longer|enough|every|each|always|consistently|steadily|consecutive|again|still|record|most|least
    \d+(?:\.\d+)?\s?(?:%|percent|per cent|times|x|million|billion|points?|bps)|half|twice|slow\w*|\w*celerat\w+
    \w*(?:er|est) rate|almost|nearly|expected|mainly|mostly
""")
"""Asks for more than a sign or a direction."""
_SIGNED = frozenset(
    "gross_profit operating_income pretax_income net_income eps_basic eps_diluted operating_cash_flow free_cash_flow "
    "gross_margin operating_margin net_margin free_cash_flow_margin working_capital equity".split()
)
_PAID_OUT = frozenset({"dividends_paid", "dividends_per_share", "share_repurchases", "shares_repurchased"})
_CHANGES = frozenset({"growth", "part_growth", "trend", "compound_growth"})


def answers(reading: Reading, results: Sequence[Result]) -> list[str]:
    """`Yes`, `No` or nothing for each result; one that all share is said once, at the first."""
    question = reading.question
    if not results or not intent.YES_OR_NO.search(question) or _open(question):
        return [""] * len(results)
    if all(result.tool in _CHANGES for result in results):
        verdicts = [_moved(reading, result) for result in results]
    else:
        verdicts = [_compared(reading, results), *[None] * (len(results) - 1)]
    if len(set(verdicts)) == 1:
        verdicts[1:] = [None] * (len(verdicts) - 1)
    return ["" if verdict is None else "Yes" if verdict else "No" for verdict in verdicts]


def falling(question: str) -> bool:
    """Whether a question asks for a fall, and for no rise."""
    return _direction(question) == -1


def _open(question: str) -> bool:
    times = [match[0] for match in _OPEN.finditer(question)]
    return any(word.lower() != "slower" for word in times)


def _direction(question: str) -> int:
    """1 for a rise, -1 for a fall, 0 where neither is asked for, or both."""
    return bool(_UP.search(question)) - bool(_DOWN.search(question))


def _larger(question: str) -> int:
    return bool(_MORE.search(question)) - bool(_LESS.search(question))


def _sign(question: str) -> int:
    return bool(_GAIN.search(question)) - bool(_LOSS.search(question))


def _moved(reading: Reading, result: Result) -> bool | None:
    """Of a change: whether it went the way that is asked for."""
    question, metrics = reading.question, reading.metrics
    if _LOSS.search(question) or phrases("faster|slower").search(question):
        return None
    if _JUDGES.search(question) and not (set(metrics) <= _SIGNED | {"revenue"}):
        return None
    if factor := phrases(r"(doubl|tripl)\w*").search(question):
        return result.value >= (100 if factor[1].lower() == "doubl" else 200) if result.unit == "percent" else None
    wanted = _direction(question)
    if not wanted and _THAN_BEFORE.search(question):
        wanted = _larger(question)
        named = reading.when.periods
        wanted = -wanted if len(named) == 2 and named[0] < named[1] else wanted  # "higher in FY2024 than in FY2025"
    return result.value * wanted > 0 if wanted else None


def _compared(reading: Reading, results: Sequence[Result]) -> bool | None:
    """Of one company's figure its sign, of two figures or companies whether the first is the larger or smaller one."""
    first, question = results[0], reading.question
    wanted = _larger(question) if _THAN.search(question) else 0
    if first.tool == "compare":
        named = FILERS[reading.tickers[0]].name
        values = [row["value"] for row in first.series if isinstance(row["value"], (int, float))]
        if not wanted:
            sign = _sign(question) if reading.metrics[0] in _SIGNED else 0
            return True if sign and all(value * sign > 0 for value in values) else None
        is_one = len(results) == 1 and len(values) == 2 and values[0] != values[1]
        return (first.of == named) == (wanted > 0) if is_one else None
    if len(reading.tickers) != 1 or first.tool not in ("lookup", "margin"):
        return None
    if wanted:
        if len(results) != 2 or first.unit != results[1].unit or _period(first) != _period(results[1]):
            return None
        return (first.value - results[1].value) * wanted > 0
    metric = reading.metrics[0]
    if metric in _SIGNED:
        sign = _sign(question)
        return first.value * sign > 0 if sign else None
    return first.value > 0 if metric in _PAID_OUT and len(results) == 1 and _PAYS.search(question) else None


def _period(result: Result) -> str:
    return result.label.rpartition(", ")[2]
