"""Reads a question: companies, periods, figures, operation. Worth more than any ranker."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from agent.request import Turn
from agent.research.figures.filers import FILERS
from agent.research.question import intent, scope
from agent.research.question.companies import named, without_names
from agent.research.question.followup import inherit, says_nothing
from agent.research.question.held import to_what_is_held
from agent.research.question.lexicon import metrics_in
from agent.research.question.members import breakdown_in, member_in
from agent.research.question.reading import Breakdown, Operation, Reading
from agent.research.question.vocabulary import known_words, mend, qualifiers
from agent.research.question.when import When, when
from agent.research.search.sentences import words

OVERVIEW = ("revenue", "gross_margin", "operating_margin", "net_income")
"""What "compare NVIDIA and Marvell" and "NVIDIA's results" are taken to ask for."""
MARGINS = ("gross_margin", "operating_margin", "net_margin")
"""What "NVIDIA's margins" are."""


@dataclass(frozen=True)
class _Figures:
    metrics: tuple[str, ...]
    member: str
    breakdown: Breakdown
    leftover: tuple[str, ...]
    left: str
    """The text without the words of metrics and parts."""


def interpret(question: str, turns: tuple[Turn, ...] = ()) -> Reading:
    """What `question` asks for, with what it leaves out taken from the session's earlier questions."""
    before: Reading | None = None
    for turn in turns:
        reading = _one(turn.question, before)
        before = before if says_nothing(reading) else reading
    return _one(question, before)


def about_documents(reading: Reading) -> Reading:
    """The same question put to a user's documents: answered by quotes, whatever company or subject it names; where it
    names no company, none is assumed."""
    kept = reading.decline if reading.decline and reading.decline.code == "advice" else None
    said = named(mend(reading.question)).tickers or (reading.tickers if reading.follows else ())
    tickers = () if reading.everyone else said
    return replace(
        reading, operation="text", wants_text=True, why=False, decline=kept, tickers=tickers, everyone=False, guessed=()
    )


def _one(question: str, before: Reading | None) -> Reading:
    own = read(question)
    reading = inherit(own, before) if before else _overview(own)
    return to_what_is_held(_judged(reading, own))


def _overview(reading: Reading) -> Reading:
    """A first question that names a company and nothing else: "What about Marvell?"."""
    bare = reading.operation == "text" and reading.tickers and not intent.ABOUT.sub("", reading.words).strip(" ?.!,")
    return replace(reading, metrics=OVERVIEW, operation="lookup", wants_text=False) if bare else reading


def read(question: str) -> Reading:
    """A question on its own."""
    mended = mend(question)
    who = named(mended)
    time, rest = when(intent.BESIDE.sub(" compared ", without_names(mended)))
    figures = _figures(rest, who.tickers)
    against: Literal["year", "quarter"] = "quarter" if intent.AGAINST_QUARTER.search(mended) else "year"
    operation = _operation(mended, rest, figures, time)
    told = bool(intent.TELL.search(rest)) or (operation == "lookup" and bool(intent.YES_OR_NO.search(rest)))
    told = told or (operation == "lookup" and _more_than_named(figures, rest))
    why = bool(intent.WHY.search(rest))
    if why and operation == "lookup":
        operation = "growth"
    everyone = bool(not who.tickers and figures.metrics and intent.EVERYONE.search(rest))
    reading = Reading(
        question=question,
        tickers=tuple(FILERS) if everyone else who.tickers,
        when=time,
        metrics=figures.metrics,
        member=figures.member,
        breakdown="customer" if operation == "concentration" else figures.breakdown,
        operation=operation,
        against=against,
        since=bool(intent.SINCE.search(mended)),
        of_revenue=bool(intent.OF_REVENUE.search(rest)) and operation != "concentration",
        receivables="receivable" in rest.lower(),
        words=" ".join(rest.split()),
        wants_text=operation in ("text", "concentration") or why or told,
        why=why,
        others=who.others,
        guessed=who.guessed,
    )
    if operation == "text" and not why and (meant := _usual(reading, rest)):
        return meant
    if operation == "concentration":
        only_text = reading.receivables
    else:
        only_text = bool(figures.leftover or (intent.ONLY_TEXT.search(mended) and operation != "breakdown"))
    return replace(reading, operation="text", wants_text=True) if only_text else _tidy(reading, rest)


def _usual(reading: Reading, rest: str) -> Reading | None:
    """A question that names no figure but can only mean the usual ones: "Is NVIDIA growing?", "Apple vs Alphabet"."""
    overview = replace(reading, metrics=OVERVIEW, operation="lookup")
    tickers = reading.tickers or (tuple(FILERS) if intent.EVERYONE.search(rest) else ())
    if intent.MARGIN.search(rest) and not qualifiers(
        intent.MARGIN.sub(" ", intent.BARE.sub(" ", rest)), "", strict=True
    ):
        how: Operation = "growth" if intent.GROWTH.search(rest) else "lookup"
        margins = replace(overview, tickers=tickers, metrics=MARGINS, operation=how, wants_text=False)
        return margins if tickers else None
    if len(reading.tickers) > 1 and (intent.BARE.search(rest) or not rest.strip(" ,?.and")):
        side_by_side = replace(overview, wants_text=False)
        return None if qualifiers(intent.BARE.sub(" ", rest), "", strict=True) else side_by_side
    if intent.GROWING.search(rest) and not qualifiers(intent.GROWTH.sub(" ", rest), "", strict=True):
        grown = replace(reading, tickers=tickers, metrics=("revenue",), operation="growth", wants_text=False)
        return grown if tickers else None
    if reading.tickers and intent.RESULTS.search(rest) and not qualifiers(rest, "", strict=True):
        return overview
    return None


def _tidy(reading: Reading, rest: str) -> Reading:
    """Metrics that are only the base of a ratio ("R&D as a share of sales"), and ratios that the catalogue has."""
    metrics = reading.metrics
    if reading.of_revenue and len(metrics) > 1:
        metrics = tuple(name for name in metrics if name != "revenue")
    if re.search(r"\bcash flow\b.*\bmargin", rest, re.IGNORECASE) and metrics[:1] == ("operating_cash_flow",):
        return replace(reading, metrics=metrics, of_revenue=True)
    if metrics == ("net_income",) and re.search(r"\b(?:un)?profitable\b", rest, re.IGNORECASE):
        metrics = ("net_income", "net_margin")
    if metrics == ("research_and_development",) and re.search(r"\b(?:intensity|ratio)\b", rest, re.IGNORECASE):
        return replace(reading, metrics=metrics, of_revenue=True)
    if reading.of_revenue and metrics == ("revenue",) and not reading.member:
        return replace(reading, metrics=metrics, of_revenue=False)
    return replace(reading, metrics=metrics)


def _judged(reading: Reading, own: Reading) -> Reading:
    """The reading, declined where its words, its companies or its lack of any subject ask for it."""
    decline = scope.by_wording(reading.question)
    if decline is None and _about_others(reading, own):
        decline = scope.unknown_company(own.others)
    if decline is None and says_nothing(own):
        decline = scope.out_of_scope()
    if decline or reading.tickers or reading.operation == "text":
        return replace(reading, decline=decline)
    if reading.operation == "concentration" or reading.member:
        return replace(reading, tickers=("NVDA",))  # the only company with such figures
    if reading.metrics:
        return replace(reading, tickers=tuple(FILERS), everyone=True)
    return replace(reading, decline=scope.out_of_scope())


def _about_others(reading: Reading, own: Reading) -> bool:
    """Whether the question is about a company that there is nothing about, and does not only mention it."""
    if not own.others:
        return False
    if own.tickers:
        return bool(own.metrics) and bool(intent.COMPARISON.search(own.words))
    return bool(own.metrics) or reading.follows or not reading.tickers


def _figures(rest: str, tickers: tuple[str, ...]) -> _Figures:
    """Metrics, part and line of a text, and the words left that qualify them in a way that no figure has."""
    has_parts = "NVDA" in tickers or not tickers
    breakdown, without = breakdown_in(rest) if has_parts else ("", rest)
    member, line, outside = member_in(without) if has_parts else ("", "", without)
    if member and (second := member_in(outside)) and second[1] == line:
        member, breakdown, outside = "", line, second[2]
    metrics, left, noun = metrics_in(outside)
    if member or breakdown:
        metrics = ("operating_income",) if "operating_income" in metrics else ("revenue",)
    return _Figures(
        metrics, member, line or breakdown, qualifiers(left, rest, strict=not (tickers and (noun or member))), left
    )


def _more_than_named(figures: _Figures, rest: str) -> bool:
    """Whether a question has other words of the briefs beside its metric: "how much inventory was written down"."""
    others = qualifiers(figures.left, rest, strict=True)
    return any(set(words(word)) & known_words() for word in others)


def _operation(question: str, rest: str, figures: _Figures, time: When) -> Operation:
    other = figures.member or intent.DEFINITION.search(rest) or intent.OTHER_CONCENTRATION.search(rest)
    if intent.CONCENTRATION.search(rest) and not other:
        return "concentration"
    if not figures.metrics and not figures.member and not figures.breakdown:
        return "text"
    if len(figures.metrics) == 2 and "revenue" not in figures.metrics and intent.RATIO.search(figures.left):
        return "ratio"
    if intent.COMPOUND.search(question):
        return "compound"
    if intent.TRAILING.search(question):
        return "ttm"
    if figures.breakdown and not figures.member:
        return "breakdown"
    if intent.GROWTH.search(figures.left) and len(time.periods) <= 2 and time.count < 2:
        return "growth"
    if intent.TREND.search(figures.left) or time.count > 1 or len(time.periods) > 2:
        return "trend"
    if figures.member and intent.SHARE.search(figures.left):
        return "share"
    return "lookup"


def warm_up() -> None:
    """Loads what the first question would otherwise wait for."""
    read("revenue of NVIDIA in Q2 FY2026")
