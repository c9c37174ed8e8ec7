"""Which sentences answer: idf coverage of the question, cosine, and bonuses; near-duplicates are left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from agent.research.search.corpus import Passage
from agent.research.search.pipes import heading_over
from agent.research.search.quotable import quotable
from agent.research.search.retrieval import Hit, Retriever
from agent.research.search.rows import columns_over, is_row
from agent.research.search.sentences import STOPWORDS, words
from agent.research.search.synonyms import covered, synonyms

COVERAGE, COSINE, RANK, FIRST = 0.4, 0.45, 0.1, 0.04
NUMBER_BONUS, REASON_BONUS, YEAR_BONUS, TABLE_PENALTY = 0.1, 0.1, 0.05, 0.15
FURTHER = 0.8
SAME = 0.7

ASKS_NUMBER = re.compile(
    r"\b(how (much|many|large|big|high|long|fast)|what (percent\w*|share|number|rate)|headcount|amount)\b", re.I
)
NUMBER = re.compile(r"\d")
DATED = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}\b"
    r"|\b(?:19|20)\d\d\b|\b(?:FY|fiscal )\d+|\b\d+-[KQ]\b|\b[A-Z]+-?\d+\b"
)
"""Digits that answer no "how many"."""
HOW_MANY = re.compile(r"\bhow many ((?:[\w-]+ ?){1,4})", re.I)
PLURAL = re.compile(r"people|(?:wo)?men|children|staff|.+[^s]s")
ONE_STEM = 5
"""Letters of a stem that begins another of the same word: employ, employe(es)."""
COUNT = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|none|no)\b", re.I)
ASKS_REASON = re.compile(r"\b(why|reason|caused?|drove|driver)\b", re.I)
REASON = re.compile(
    r"\b(because|since|due to|reason|owing to|driven|caused?|on account of|result(ed)?|so that)\b", re.I
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, verbatim: `passage.text[start:end]`."""

    passage: Passage
    text: str
    start: int
    end: int
    score: float
    coverage: float
    """The part of the question's words that the sentence, or the title over it, has: 0 to 1."""
    cosine: float | None
    columns: str = ""
    """Over a row of a table, verbatim: the heading of its columns."""


def best_quotes(
    question: str,
    hits: Sequence[Hit],
    retriever: Retriever,
    *,
    limit: int = 3,
    further: float = FURTHER,
    meant: str = "",
    bonus: Callable[[Quote], float] = lambda quote: 0.0,
) -> list[Quote]:
    """The best sentence of the hits, and others that score at least `further` of it and say something else.

    Meaning is compared with `meant`, or the question; `bonus` is what a sentence scores for reasons of the caller's.
    """
    found = [
        replace(quote, score=quote.score + bonus(quote))
        for rank, hit in enumerate(hits)
        for quote in _quotes(question, meant or question, hit, rank, retriever)
    ]
    ranked = sorted(found, key=lambda quote: -quote.score)
    chosen: list[Quote] = []
    for quote in ranked:
        if len(chosen) == limit or (chosen and quote.score < further * chosen[0].score):
            break
        if all(_overlap(quote.text, other.text) < SAME for other in chosen):
            chosen.append(quote)
    return chosen


def _quotes(question: str, meant: str, hit: Hit, rank: int, retriever: Retriever) -> list[Quote]:
    asked, others = hit.asked, synonyms(question)
    heading = set(words(f"{hit.passage.title} {hit.passage.section} {hit.passage.company} {hit.passage.ticker}"))
    whole = hit.passage.text
    near = retriever.sentence_cosines(hit.index, meant)
    quotes = []
    for number, start, end in quotable(whole):
        text = whole[start:end]
        cosine = None if near is None else float(near[number])
        columns = columns_over(whole, start) if is_row(text) else heading_over(whole, start)
        found = set(words(text))
        own = retriever.lexical.coverage(asked, found, others)
        coverage = retriever.lexical.coverage(asked, found | heading | set(words(columns)), others)
        score = COVERAGE * (own + coverage) / 2 + COSINE * max(0.0, cosine or 0.0) + RANK / (1 + rank)
        score += _bonuses(question, text) + (0 if number else FIRST)
        quotes.append(Quote(hit.passage, text, start, end, score, coverage, cosine, columns))
    return quotes


def _bonuses(question: str, text: str) -> float:
    bonus = 0.0
    if ASKS_NUMBER.search(question):
        bonus += NUMBER_BONUS if NUMBER.search(DATED.sub(" ", text)) else -NUMBER_BONUS
    if counts(question, text):
        bonus += NUMBER_BONUS
    if ASKS_REASON.search(question) and REASON.search(text):
        bonus += REASON_BONUS
    years = set(YEAR.findall(question))
    if years & set(YEAR.findall(text)):
        bonus += YEAR_BONUS
    return bonus - (TABLE_PENALTY if looks_like_table(text) else 0.0)


def counted(question: str) -> str:
    """What "how many" asks to be counted, the first plural behind it; empty where nothing is.

    >>> counted("How many regular passengers travelled?")
    'passengers'
    """
    match = HOW_MANY.search(question)
    phrase = list(takewhile(lambda word: word not in STOPWORDS, match[1].lower().split())) if match else []
    return next((word for word in phrase if PLURAL.fullmatch(word)), "".join(phrase[:1]))


def has_count(text: str) -> bool:
    """Whether a text has a number that is no date and no name."""
    return bool(COUNT.search(DATED.sub(" ", text)))


def counts(question: str, text: str) -> bool:
    """Whether a sentence has a count, and what the question wants counted or another name for it."""
    noun = counted(question)
    if not noun or not has_count(text):
        return False
    if covered(question, text, lambda word: float(word in words(noun))) > 0:
        return True
    stems = [stem for stem in (*words(noun), *synonyms(noun)) if len(stem) >= ONE_STEM]
    said = [stem for stem in words(text) if len(stem) >= ONE_STEM]
    return any(one.startswith(other) or other.startswith(one) for one in stems for other in said)


def looks_like_table(text: str) -> bool:
    """More figures than words: a row, not a sentence."""
    tokens = text.split()
    return len(tokens) > 2 and float(np.mean([bool(NUMBER.search(token)) or len(token) == 1 for token in tokens])) > 0.5


def _overlap(one: str, other: str) -> float:
    a, b = set(words(one)), set(words(other))
    return len(a & b) / max(1, min(len(a), len(b)))
