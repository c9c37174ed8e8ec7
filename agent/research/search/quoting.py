"""Which sentences answer: idf coverage of the question, cosine, and bonuses; near-duplicates are left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from agent.research.search.corpus import Passage
from agent.research.search.retrieval import Hit, Retriever
from agent.research.search.rows import columns_over, is_row
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import covered, synonyms

COVERAGE, COSINE, RANK, FIRST = 0.4, 0.45, 0.1, 0.04
NUMBER_BONUS, REASON_BONUS, YEAR_BONUS, TABLE_PENALTY = 0.1, 0.1, 0.05, 0.15
FURTHER = 0.8
LIST, LONGEST = 6, 600  # a sentence that announces a list is quoted with it: so many lines, so many characters
LABEL = 90  # characters; a longer line before rows announces its table
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
COUNTED = re.compile(
    r"\bhow many ((?:[\w-]+ ){0,3}?[\w-]+)(?= (?:did|does|do|has|have|had|is|are|was|were|can|could|will|"
    r"works?|worked|of|in|on|at|with|by|from|for|over|above)\b|\W*$)",
    re.I,
)
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
    bonus: Callable[[str], float] = lambda text: 0.0,
) -> list[Quote]:
    """The best sentence of the hits, and others that score at least `further` of it and say something else.

    `bonus` is what a sentence scores for reasons of the caller's.
    """
    ranked = sorted(
        (quote for place, hit in enumerate(hits) for quote in _quotes(question, hit, place, retriever, bonus)),
        key=lambda quote: -quote.score,
    )
    chosen: list[Quote] = []
    for quote in ranked:
        if len(chosen) == limit or (chosen and quote.score < further * chosen[0].score):
            break
        if all(_overlap(quote.text, other.text) < SAME for other in chosen):
            chosen.append(quote)
    return chosen


def _quotes(question: str, hit: Hit, place: int, retriever: Retriever, bonus: Callable[[str], float]) -> list[Quote]:
    asked, others = hit.asked, synonyms(question)
    heading = set(words(f"{hit.passage.title} {hit.passage.section} {hit.passage.company} {hit.passage.ticker}"))
    whole = hit.passage.text
    spans = split_sentences(whole)
    near = retriever.sentence_cosines(hit.index, question)
    cosines = [None] * len(spans) if near is None else [float(value) for value in near]
    quotes = []
    for at, ((start, end), cosine) in enumerate(zip(spans, cosines, strict=True)):
        if whole[end - 1] == ":":
            lines = spans[at : at + LIST]
            if len(lines) > 1 and is_row(whole[slice(*lines[1])]) and end - start < LABEL:
                continue  # it names a group of rows, which are quoted each for itself
            end = max(stop for _, stop in lines if stop - start <= LONGEST or stop == end)
        text = whole[start:end]
        found = set(words(text))
        own = retriever.lexical.coverage(asked, found, others)
        coverage = retriever.lexical.coverage(asked, found | heading, others)
        score = COVERAGE * (own + coverage) / 2 + COSINE * max(0.0, cosine or 0.0) + RANK / (1 + place)
        score += _bonuses(question, text) + bonus(text) + (FIRST if start == spans[0][0] else 0)
        columns = columns_over(whole, start) if is_row(text) else ""
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
    """What "how many" asks to be counted, empty where nothing is: `developers`."""
    match = COUNTED.search(question)
    return match[1].split()[-1] if match else ""


def counts(question: str, text: str) -> bool:
    """Whether a sentence has a count, and what the question wants counted or another name for it."""
    noun = counted(question)
    if not noun or not COUNT.search(DATED.sub(" ", text)):
        return False
    return covered(question, text, lambda word: float(word in words(noun))) > 0


def looks_like_table(text: str) -> bool:
    """More figures than words: a row, not a sentence."""
    tokens = text.split()
    return len(tokens) > 2 and float(np.mean([bool(NUMBER.search(token)) or len(token) == 1 for token in tokens])) > 0.5


def _overlap(one: str, other: str) -> float:
    a, b = set(words(one)), set(words(other))
    return len(a & b) / max(1, min(len(a), len(b)))
