"""What "the last quarter" means for figures that are not held to the end: the newest one that there is."""

from dataclasses import replace

from agent.research.figures.facts import facts
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.figures.parts import parts
from agent.research.figures.periods import FactsError, Period, periods_in
from agent.research.figures.quantities import periods
from agent.research.question.reading import Reading


def to_what_is_held(reading: Reading) -> Reading:
    """The reading with "last quarter" or "last year" meaning the newest one that is held of what it asks for."""
    if not reading.when.latest:
        return reading
    newest = {ticker: _held(reading, ticker, yearly=reading.when.latest == "year")[-1:] for ticker in reading.tickers}
    found = tuple((ticker, known[0]) for ticker, known in newest.items() if known)
    return replace(reading, when=replace(reading.when, newest=found))


def lag(reading: Reading, ticker: str, label: str) -> str:
    """That a figure which no period was named for is older than the company's newest, in a sentence; "" where not."""
    if reading.when.named and not reading.when.latest:
        return ""
    if not reading.when.latest and not reading.breakdown:
        return ""
    known = [*_held(reading, ticker, yearly=True)[-1:], *_held(reading, ticker, yearly=False)[-1:]]
    for at in known:
        newest = facts().latest(ticker, "revenue", yearly=at.quarter is None)
        if at < newest and at in periods_in(label):
            kind = "year" if at.quarter is None else "quarter"
            name = FILERS[ticker].name
            return (
                f"{at} is the newest {kind} for which {name}'s {_what(reading)} is held; other figures go to {newest}."
            )
    return ""


def _held(reading: Reading, ticker: str, *, yearly: bool) -> list[Period]:
    """The years or quarters that are held of what a reading asks for, ascending; none where that is several figures."""
    if reading.operation == "concentration":
        known = parts().periods(ticker, "customer", "concentration", "revenue")
    elif reading.breakdown:
        metric = "operating_income" if "operating_income" in reading.metrics else "revenue"
        known = parts().periods(ticker, reading.breakdown, metric)
    elif len(reading.metrics) == 1:
        try:
            known = periods(facts(), ticker, reading.metrics[0], yearly)
        except FactsError:
            known = []
    else:
        known = []
    return [period for period in known if (period.quarter is None) == yearly]


def _what(reading: Reading) -> str:
    if reading.operation == "concentration":
        return "revenue by customer"
    metric = METRICS[reading.metrics[0]].inside if reading.metrics else "revenue"
    return f"{metric} by {reading.breakdown}" if reading.breakdown else metric
