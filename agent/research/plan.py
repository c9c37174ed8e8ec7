"""Which tools answer a reading, with which arguments."""

from dataclasses import dataclass
from typing import Any

from agent.research.figures.facts import facts
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.figures.periods import Period
from agent.research.figures.quantities import latest
from agent.research.figures.results import listed
from agent.research.question import intent
from agent.research.question.reading import Reading

MOST_CALLS = 6
YEARS = 5
"""Of compound growth and of a trend over years, where the question does not say."""
MARGINS = {
    "gross_margin": "gross",
    "operating_margin": "operating",
    "net_margin": "net",
    "free_cash_flow_margin": "free_cash_flow",
}
LABELS = {
    "lookup": "Looking up {what}",
    "growth": "Computing the growth of {what}",
    "margin": "Computing the {kind} margin",
    "compound_growth": "Computing the compound growth of {what}",
    "trend": "Tracing {what} over time",
    "trailing_twelve_months": "Adding up four quarters of {what}",
    "compare": "Comparing {what}",
    "ratio": "Setting {what} against {to}",
    "share": "Computing the share of {what} in revenue",
    "breakdown": "Splitting {what} by {by}",
    "concentration": "Computing customer concentration",
    "part_revenue": "Looking up {what} revenue",
    "part_growth": "Computing the growth of {what} revenue",
}


@dataclass(frozen=True)
class Call:
    """One call of a tool."""

    tool: str
    arguments: dict[str, Any]

    @property
    def label(self) -> str:
        """What it does, for a person: "Computing the growth of revenue for NVIDIA, Q2 FY2026"."""
        given = self.arguments
        words = {key: str(value).replace("_", " ") for key, value in given.items()}
        metric = METRICS.get(str(given.get("metric") or given.get("part")))
        what = metric.inside if metric else words.get("part") or words.get("metric", "")
        tickers = given.get("companies") or (given["company"],)
        names = listed([FILERS[ticker].name for ticker in tickers])
        period = given.get("period") or given.get("last")
        to = METRICS[given["to"]].inside if "to" in given else ""
        doing = LABELS[self.tool].format(what=what, kind=words.get("kind", ""), by=words.get("by", ""), to=to)
        return f"{doing} for {names}" + (f", {period}" if period else "")


def plan(reading: Reading) -> tuple[Call, ...]:
    """The calls for a reading, none where only text can answer it."""
    if reading.decline or reading.operation == "text":
        return ()
    if _side_by_side(reading):
        return tuple(_compare(reading, metric) for metric in reading.metrics[:MOST_CALLS])
    calls = [call for ticker in reading.tickers for call in _for_company(reading, ticker)]
    return tuple(calls[:MOST_CALLS])


def _side_by_side(reading: Reading) -> bool:
    """Whether one call compares the companies: one period of the same name for all, and no part of anything."""
    plain = reading.operation in ("lookup", "growth") and not reading.member and not reading.of_revenue
    time = reading.when
    return plain and len(reading.tickers) > 1 and bool(reading.metrics) and not time.dates and len(time.periods) < 2


def _compare(reading: Reading, metric: str) -> Call:
    by = "growth" if reading.operation == "growth" else "value"
    times = reading.when.of(reading.tickers[0])
    return _call("compare", companies=reading.tickers, metric=metric, period=_text(times[:1]), by=by)


def _for_company(reading: Reading, ticker: str) -> list[Call]:
    times = reading.when.of(ticker)
    if reading.operation == "concentration":
        return [_call("concentration", company=ticker, period=_text(times[:1]), against=_text(times[1:2]))]
    if reading.operation == "breakdown":
        return [
            _call(
                "breakdown", company=ticker, by=reading.breakdown, metric=metric, period=_text((time,) if time else ())
            )
            for metric in reading.metrics[:2]
            for time in times or (None,)
        ]
    if reading.operation == "ratio":
        part, whole = reading.metrics
        return [_call("ratio", company=ticker, metric=part, to=whole, period=_text(times[:1]))]
    if reading.member:
        return _for_member(reading, ticker, times)
    return [call for metric in reading.metrics for call in _for_metric(reading, ticker, metric, times)]


def _for_member(reading: Reading, ticker: str, times: tuple[Period, ...]) -> list[Call]:
    if "operating_income" in reading.metrics:
        return [_call("breakdown", company=ticker, by="segment", metric="operating_income", period=_text(times[:1]))]
    if reading.operation in ("growth", "trend", "compound"):
        against = reading.against if reading.operation == "growth" else "year"
        return [_call("part_growth", company=ticker, part=reading.member, period=_text(times[-1:]), against=against)]
    tool = "part_revenue" if reading.operation == "lookup" and not reading.of_revenue else "share"
    return [
        _call(tool, company=ticker, part=reading.member, period=str(time) if time else None)
        for time in times or (None,)
    ]


def _for_metric(reading: Reading, ticker: str, metric: str, times: tuple[Period, ...]) -> list[Call]:
    operation = reading.operation
    if METRICS[metric].kind == "balance" and any(time.quarter for time in times):
        times = tuple(time if time.quarter else Period(time.year, 4) for time in times)  # a year ends with its Q4
    if reading.of_revenue and METRICS[metric].kind == "flow":
        return [
            _call("share", company=ticker, part=metric, period=str(time) if time else None) for time in times or (None,)
        ]
    if operation == "ttm" and METRICS[metric].kind in ("flow", "ratio"):
        return [_call("trailing_twelve_months", company=ticker, metric=metric, period=_text(times[:1]))]
    if operation == "compound" and METRICS[metric].kind != "ratio":
        first, last = _years(reading, ticker, metric, times)
        return [_call("compound_growth", company=ticker, metric=metric, first=str(first), last=str(last))]
    if (
        operation in ("trend", "compound")
        or (reading.since and times)
        or (operation in ("growth", "lookup") and _far_apart(times))
    ):
        return [_trend(reading, ticker, metric, tuple(sorted(times)))]
    if len(times) == 2 and (operation == "growth" or _neighbours(times)):
        return [_growth(ticker, metric, max(times), "year" if _a_year_apart(times) else "quarter")]
    if operation == "growth":
        return [_growth(ticker, metric, time, reading.against) for time in times or (None,)]
    if metric in MARGINS:
        kind = MARGINS[metric]
        return [
            _call("margin", company=ticker, kind=kind, period=str(time) if time else None) for time in times or (None,)
        ]
    return [
        _call("lookup", company=ticker, metric=metric, period=str(time) if time else None) for time in times or (None,)
    ]


def _growth(ticker: str, metric: str, period: Period | None, against: str) -> Call:
    if period and period.quarter is None:
        against = "year"
    return _call("growth", company=ticker, metric=metric, period=str(period) if period else None, against=against)


def _trend(reading: Reading, ticker: str, metric: str, times: tuple[Period, ...]) -> Call:
    yearly = reading.when.yearly or bool(times and times[-1].quarter is None)
    if reading.since and len(times) == 1:
        times = (times[0], latest(facts(), ticker, metric, yearly))
    if len(times) == 1 and yearly and intent.QUARTERLY.search(reading.question):
        times, yearly = (Period(times[0].year, 1), Period(times[0].year, 4)), False
    count = reading.when.count or (_steps(times[0], times[-1]) if len(times) > 1 else YEARS if yearly else 8)
    frequency = "year" if yearly else "quarter"
    until = _text(times[-1:])
    return _call(
        "trend", company=ticker, metric=metric, count=min(max(count, 2), 32), period=until, frequency=frequency
    )


def _years(reading: Reading, ticker: str, metric: str, times: tuple[Period, ...]) -> tuple[Period, Period]:
    """The two ends of compound growth: both named, or one and how many years, or from one on; else the usual five."""
    if len(times) > 1:
        return min(times), max(times)
    newest = latest(facts(), ticker, metric, yearly=True)
    if times and reading.since:
        return times[0], newest
    last = times[0] if times else newest
    return Period(last.year - (reading.when.count or YEARS), last.quarter), last


def _steps(first: Period, last: Period) -> int:
    return len(
        range(first.year * 4 + (first.quarter or 0), last.year * 4 + (last.quarter or 0) + 1, 1 if last.quarter else 4)
    )


def _far_apart(times: tuple[Period, ...]) -> bool:
    like = len({time.quarter is None for time in times}) == 1
    return len(times) > 2 or (len(times) == 2 and not _neighbours(times) and like)


def _neighbours(times: tuple[Period, ...]) -> bool:
    first, last = sorted(times)
    return _a_year_apart(times) or (last.quarter is not None and last.quarter_earlier() == first)


def _a_year_apart(times: tuple[Period, ...]) -> bool:
    first, last = sorted(times)
    return last.year_earlier() == first


def _text(times: tuple[Period, ...]) -> str | None:
    return str(times[0]) if times else None


def _call(tool: str, **arguments: Any) -> Call:
    return Call(tool, {key: value for key, value in arguments.items() if value is not None})
