"""Reads a question: companies, periods, figures, operation. Worth more than any ranker."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from agent.request import Turn
from agent.research import intent, scope
from agent.research.companies import OTHERS, named, one_slip, without_names
from agent.research.corpus import load_briefs
from agent.research.filers import FILERS
from agent.research.followup import inherit
from agent.research.lexicon import FILLERS, GAP, metrics_in
from agent.research.members import breakdown_in, member_in
from agent.research.metrics import names
from agent.research.reading import Breakdown, Operation, Reading
from agent.research.sentences import words
from agent.research.when import When, when

_PREPOSITIONS = frozenset({"from", "for", "in", "on", "of", "by", "with", "under", "among", "into", "through"})


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
        before = _one(turn.question, before)
    return _one(question, before)


def about_documents(reading: Reading) -> Reading:
    """The same question put to a user's documents: answered by quotes, whatever company or subject it names."""
    kept = reading.decline if reading.decline and reading.decline.code in ("advice", "instructions") else None
    return replace(reading, operation="text", wants_text=True, why=False, decline=kept)


def _one(question: str, before: Reading | None) -> Reading:
    own = read(question)
    reading = inherit(own, before) if before else own
    return _judged(reading, own)


def read(question: str) -> Reading:
    """A question on its own."""
    mended = mend(question)
    who = named(mended)
    time, rest = when(without_names(mended))
    figures = _figures(rest, who.tickers)
    operation, against = _operation(mended, rest, figures, time, len(who.tickers))
    told = bool(intent.TELL.search(rest)) or operation == "lookup" and bool(intent.YES_OR_NO.search(rest))
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
        of_revenue=bool(intent.OF_REVENUE.search(rest)) and operation != "concentration",
        receivables="receivable" in rest.lower(),
        words=" ".join(rest.split()),
        wants_text=operation in ("text", "concentration") or why or told,
        why=why,
        others=who.others,
        guessed=who.guessed,
        everyone=everyone,
    )
    if figures.leftover and operation != "concentration" or operation == "concentration" and reading.receivables:
        return replace(reading, operation="text", wants_text=True)
    return _tidy(reading, rest)


def _tidy(reading: Reading, rest: str) -> Reading:
    """Metrics that are only the base of a ratio ("R&D as a share of sales"), and ratios that the catalogue has."""
    metrics = reading.metrics
    if reading.of_revenue and len(metrics) > 1:
        metrics = tuple(name for name in metrics if name != "revenue")
    if re.search(r"\bcash flow\b.*\bmargin", rest, re.IGNORECASE) and metrics[:1] == ("operating_cash_flow",):
        return replace(reading, metrics=metrics, of_revenue=True)
    if metrics == ("research_and_development",) and re.search(r"\b(?:intensity|ratio)\b", rest, re.IGNORECASE):
        return replace(reading, metrics=metrics, of_revenue=True)
    if reading.of_revenue and metrics == ("revenue",) and not reading.member:
        return replace(reading, metrics=metrics, of_revenue=False)
    return replace(reading, metrics=metrics)


def _judged(reading: Reading, own: Reading) -> Reading:
    """The reading, declined where its words, its companies or its lack of any subject ask for it."""
    decline = scope.by_wording(reading.question)
    strangers = own.others
    if decline is None and strangers:
        compared = bool(own.metrics) and bool(intent.COMPARISON.search(own.words))
        if not own.tickers and (own.metrics or reading.follows or not own.words) or own.tickers and compared:
            decline = scope.unknown_company(strangers)
        elif not own.tickers and not reading.tickers:
            decline = scope.unknown_company(strangers)
    if decline is None and not reading.tickers and reading.operation not in ("text", "concentration"):
        if not reading.metrics and not reading.member:
            decline = scope.out_of_scope()
        else:
            reading = replace(reading, tickers=("NVDA",) if reading.member else tuple(FILERS), everyone=not reading.member)
    if reading.operation == "concentration" and not reading.tickers:
        reading = replace(reading, tickers=("NVDA",))
    return replace(reading, decline=decline)


def _figures(rest: str, tickers: tuple[str, ...]) -> _Figures:
    """Metrics, part and line of a text, and the words left that qualify them in a way that no figure has."""
    breakdown, without = breakdown_in(rest)
    member, line, outside = member_in(without) if "NVDA" in tickers or not tickers else ("", "", without)
    metrics, left = metrics_in(outside)
    if member or breakdown:
        metrics = tuple(name for name in metrics if name in ("revenue", "operating_income", "operating_margin")) or ("revenue",)
        metrics = ("operating_income",) if "operating_income" in metrics else ("revenue",)
    return _Figures(metrics, member, line or breakdown, _qualifiers(left, rest, subject=bool(tickers)), left)


def _qualifiers(left: str, rest: str, *, subject: bool) -> tuple[str, ...]:
    """Words that no figure of the table takes into account, so that only text can answer: "iPhone revenue".

    They are what briefs are about, names, and what stands before a metric or behind a preposition; where no company is
    named (`subject` is False), any word that the briefs do not know.
    """
    names = {word.lower() for word in re.findall(r"(?<=\S\s)[A-Z][\w-]+|\b[a-z]+[A-Z]\w*", rest)}
    tokens = re.findall(rf"[a-z0-9&][\w&]*|{GAP}+", left.lower())
    found = []
    for before, word, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if word.startswith(GAP) or word in FILLERS or len(word) == 1 or re.fullmatch(r"\d+(?:st|nd|rd|th)?", word):
            continue
        modifies = after.startswith(GAP) or before in _PREPOSITIONS
        unknown = not subject and not set(words(word)) & _vocabulary()
        if modifies or unknown or word in names or word in OTHERS or set(words(word)) & _topics():
            found.append(word)
    return tuple(found)


def _operation(
    question: str, rest: str, figures: _Figures, time: When, companies: int
) -> tuple[Operation, Literal["year", "quarter"]]:
    against: Literal["year", "quarter"] = "quarter" if intent.AGAINST_QUARTER.search(question) else "year"
    if intent.CONCENTRATION.search(rest) and not figures.member and not intent.DEFINITION.search(rest):
        return "concentration", against
    if not figures.metrics and not figures.member and not figures.breakdown:
        return "text", against
    rest = figures.left
    if intent.COMPOUND.search(rest):
        return "compound", against
    if intent.TRAILING.search(question):
        return "ttm", against
    if figures.breakdown and not figures.member:
        return "breakdown", against
    if intent.GROWTH.search(rest) and not (len(time.periods) > 2):
        return "growth", against
    if intent.TREND.search(rest) or time.count > 1 or len(time.periods) > 2:
        return "trend", against
    if figures.member and intent.SHARE.search(rest):
        return "share", against
    return "lookup", against


def mend(question: str) -> str:
    """The question with one slip in a word of the figures' vocabulary put right ("operatign income")."""

    def right(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in FILLERS or word in _metric_words() or set(words(word)) & _vocabulary():
            return match[0]
        return next((known for known in _metric_words() if len(known) >= 5 and one_slip(word, known)), match[0])

    return re.sub(r"\b[a-zA-Z]{5,}\b", right, question)


@cache
def _metric_words() -> tuple[str, ...]:
    from_names = {word for name in names() for word in name.split()}
    return tuple(sorted(from_names | {"quarter", "fiscal", "margin", "growth", "customer", "concentration", "compare"}))


@cache
def _vocabulary() -> frozenset[str]:
    """Every stemmed word of the briefs."""
    return frozenset(word for brief in load_briefs() for word in words(brief.searchable))


@cache
def _topics() -> frozenset[str]:
    """The stemmed words that briefs are about, without those that figures or nothing much are named by."""
    about = {word for brief in load_briefs() for word in words(f"{brief.title} {brief.topic.replace('-', ' ')}")}
    return frozenset(about - {stem for word in FILLERS for stem in words(word)})


def warm_up() -> None:
    """Loads what the first question would otherwise wait for."""
    read("revenue of NVIDIA in Q2 FY2026")
