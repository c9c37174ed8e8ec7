"""Follow-up questions: what a question leaves out is taken from the one before."""

import re
from dataclasses import replace

from agent.research.figures.facts import facts
from agent.research.figures.metrics import METRICS
from agent.research.figures.parts import parts
from agent.research.figures.periods import Period
from agent.research.question import intent
from agent.research.question.lexicon import FILLERS, metrics_in
from agent.research.question.members import member_in
from agent.research.question.reading import Operation, Reading
from agent.research.question.vocabulary import is_nonsense
from agent.research.question.when import When
from agent.research.question.wording import phrases

_ELLIPTICAL = phrases(r"""
    ^\s*(?:and|but|or|so|ok(?:ay)?|then|now|also|same|why|versus|vs|compared|for|show|over time|which one)
    ^\s*(?:what about|how about|as an?|in (?:percent|per ?cent|dollars|absolute|%))
""")
_POINTS = phrases("it|its|it's|they|their|them|that|this|those|these|he|she|same|both|the company")
_POINTS_BACK = phrases("that|this|those|these|such")
_YEAR_BEFORE = phrases(r"""
    (?:(?:a|one|the) )?year (?:earlier|before|ago|prior)|(?:prior|previous|preceding|last) year|year-(?:earlier|ago)
    12 months (?:earlier|before)
""")
_QUARTER_BEFORE = phrases(r"quarter (?:earlier|before|ago|prior)|(?:prior|previous|preceding) quarter")
_AFTER = phrases(r"(?:quarter|year) (?:after|later)|following (?:quarter|year)")
_PERCENT = phrases(r"percent\w*|per cent|share|proportion|margin|%")
_TOGETHER = phrases(r"compar\w+|versus|vs\.?|against|add|include|together with|alongside")
_DOLLARS = phrases("dollars?|absolute|amount|usd")
_REASONS = phrases("why|how come|what drove|reasons?|explain")
_LOOKS: tuple[tuple[re.Pattern[str], Operation], ...] = (
    (intent.COMPOUND, "compound"),
    (intent.TRAILING, "ttm"),
    (intent.TREND, "trend"),
    (intent.GROWTH, "growth"),
)
"""Other ways to look at the figure of the question before."""


def inherit(own: Reading, before: Reading) -> Reading:
    """`own` with its gaps filled from the reading before it, where it is a follow-up at all."""
    if says_nothing(own):
        return own
    elliptical = bool(_ELLIPTICAL.search(own.question)) or bool(_POINTS.search(own.question))
    says = own.operation != "text" or _content_words(own.words)
    if own.tickers and before.metrics and own.operation == "text" and _TOGETHER.search(own.words):
        both = tuple(dict.fromkeys((*before.tickers, *own.tickers)))
        return replace(_content(replace(own, follows=True), before), tickers=both, when=before.when)
    if own.tickers and says and not _ELLIPTICAL.search(own.question):
        return own
    reading = replace(own, follows=True, tickers=own.tickers or _companies(own, before))
    shift = _shift(own.question)
    if own.member and before.operation == "text" and _only_a_part(own):
        return replace(_content(reading, before), words=f"{before.words} {own.words}")
    if own.operation == "text":
        reading = _text(reading, own, before, says=says, shifted=shift != (0, 0))
    elif not (own.tickers and own.when.named):
        reading = _figures(reading, own, before)
    if reading.operation != "text" and shift != (0, 0) and before.when:
        return replace(reading, when=_moved(before, reading, shift), against=before.against)
    if own.when.quarter and not own.when.periods and (named := before.when.of(reading.tickers[0])) and before.metrics:
        reading = replace(reading, when=When(periods=(Period(named[0].year, own.when.quarter),)))
    if reading.operation != "text" and not own.when.named and (elliptical or not own.tickers):
        return replace(reading, when=before.when)
    return reading


def says_nothing(own: Reading) -> bool:
    """Whether no word of a question means anything here: it is no follow-up, and none follows it."""
    names = own.tickers or own.others or own.when.named
    return own.operation == "text" and not names and is_nonsense(own.words)


def _only_a_part(own: Reading) -> bool:
    """Whether a question names a market or a place and no figure: "And in networking?"."""
    return own.operation in ("lookup", "share") and not metrics_in(member_in(own.words)[2])[0]


def _companies(own: Reading, before: Reading) -> tuple[str, ...]:
    return () if own.others else before.tickers


def _text(reading: Reading, own: Reading, before: Reading, *, says: bool, shifted: bool) -> Reading:
    """A follow-up that names no figure: another company or time for what was asked, or a new question of words."""
    bare = not says or (shifted and not _content_words(_YEAR_BEFORE.sub(" ", _QUARTER_BEFORE.sub(" ", own.words))))
    if _asks_percent(own) and before.operation == "lookup" and before.metrics:
        return _in_percent(reading, before)
    if _DOLLARS.search(own.question) and before.operation in ("growth", "share") and len(own.words.split()) < 5:
        return replace(_content(reading, before), operation="lookup", of_revenue=False)
    if _REASONS.search(own.question) and not _content_words(own.words):
        asked = replace(_content(reading, before), wants_text=True, why=True, when=before.when)
        asked = replace(asked, words=f"{own.words} {before.words}")
        return replace(asked, operation="growth") if before.operation == "lookup" else asked
    for pattern, operation in _LOOKS:
        if before.metrics and pattern.search(own.words) and not _content_words(pattern.sub(" ", own.words)):
            again = replace(_content(reading, before), operation=operation, against=own.against)
            amounts = tuple(name for name in before.metrics if METRICS[name].kind != "ratio")
            return replace(again, metrics=amounts) if amounts and operation == "growth" else again
    if bare:
        return _content(reading, before)
    if _POINTS_BACK.search(own.question):
        return replace(reading, words=f"{own.words} {before.words}")
    return reading


def _content_words(text: str) -> bool:
    """Whether a text holds words that ask for something of their own."""
    return any(word not in FILLERS and len(word) > 2 for word in re.findall(r"[a-z&]+", text.lower()))


def _content(reading: Reading, before: Reading) -> Reading:
    return replace(
        reading,
        metrics=before.metrics,
        member=before.member,
        breakdown=before.breakdown,
        operation=before.operation,
        against=before.against,
        of_revenue=before.of_revenue,
        receivables=before.receivables,
        words=before.words,
        wants_text=before.wants_text,
        why=before.why,
    )


def _figures(reading: Reading, own: Reading, before: Reading) -> Reading:
    """A follow-up that names another figure, or another way to look at the same one."""
    if own.receivables and before.operation == "concentration":
        words = f"{before.words} {own.words}"
        return replace(reading, operation="text", metrics=(), wants_text=True, receivables=True, words=words)
    if own.member and before.metrics and not before.of_revenue:
        keeps = before.operation if before.operation in ("growth", "share", "trend") else own.operation
        return replace(reading, operation=keeps if own.operation == "lookup" else own.operation)
    if own.metrics == ("revenue",) and own.of_revenue is False and _asks_percent(own) and before.metrics:
        return _in_percent(reading, before)
    if (
        own.operation == "lookup"
        and before.operation in ("growth", "trend", "ttm")
        and _ELLIPTICAL.search(own.question)
    ):
        return replace(reading, operation=before.operation, against=before.against)
    return reading


def _asks_percent(own: Reading) -> bool:
    return bool(_PERCENT.search(own.question)) and len(own.words.split()) < 8


def _in_percent(reading: Reading, before: Reading) -> Reading:
    """A figure in per cent: a part or a cost as a share of revenue, revenue as growth."""
    inherited = replace(_content(reading, before), when=reading.when if reading.when.named else before.when)
    if before.member:
        return replace(inherited, operation="share")
    if before.metrics == ("revenue",):
        return replace(inherited, operation="growth")
    return replace(inherited, of_revenue=True)


def _shift(question: str) -> tuple[int, int]:
    """Years and quarters that a follow-up moves the time by."""
    if _QUARTER_BEFORE.search(question):
        return 0, -1
    if _YEAR_BEFORE.search(question):
        return -1, 0
    if after := _AFTER.search(question):
        return (0, 1) if "quarter" in after[0].lower() else (1, 0)
    return 0, 0


def _moved(before: Reading, reading: Reading, shift: tuple[int, int]) -> When:
    ticker = (reading.tickers or before.tickers or ("NVDA",))[0]
    base = before.when.of(ticker) or (_newest(before, ticker),)
    return When(periods=tuple(moved(period, *shift) for period in base))


def _newest(before: Reading, ticker: str) -> Period:
    """The period that a question without a time was answered for."""
    metric, basis = ("concentration", "revenue") if before.operation == "concentration" else ("revenue", "")
    known = parts().periods(ticker, before.breakdown, metric, basis) if before.breakdown else []
    return known[-1] if known else facts().latest(ticker, "revenue")


def moved(period: Period, years: int, quarters: int) -> Period:
    """A period so many years and quarters later; a year moves by a year for each quarter's step."""
    if period.quarter is None:
        return Period(period.year + years + quarters)
    index = period.year * 4 + period.quarter - 1 + 4 * years + quarters
    return Period(index // 4, index % 4 + 1)
