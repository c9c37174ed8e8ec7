"""Which sentences answer: idf coverage of the question, cosine, and bonuses; near-duplicates are left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.research.search.corpus import Passage
from agent.research.search.retrieval import Hit, Retriever, closeness
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import covered, synonyms

COVERAGE, COSINE, RANK, FIRST = 0.4, 0.45, 0.1, 0.04
NUMBER_BONUS, REASON_BONUS, YEAR_BONUS, TABLE_PENALTY = 0.1, 0.1, 0.05, 0.15
FURTHER = 0.8
LIST, LONGEST = 6, 600  # a sentence that announces a list is quoted with it: so many lines, so many characters
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


def best_quotes(question: str, hits: Sequence[Hit], retriever: Retriever, *, limit: int = 3) -> list[Quote]:
    """The best sentence of the hits, and others that score at least .8 of it and say something else."""
    ranked = sorted(
        (quote for place, hit in enumerate(hits) for quote in _quotes(question, hit, place, retriever)),
        key=lambda quote: -quote.score,
    )
    chosen: list[Quote] = []
    for quote in ranked:
        if len(chosen) == limit or (chosen and quote.score < FURTHER * chosen[0].score):
            break
        if all(_overlap(quote.text, other.text) < SAME for other in chosen):
            chosen.append(quote)
    return chosen


def _quotes(question: str, hit: Hit, place: int, retriever: Retriever) -> list[Quote]:
    asked, others = hit.asked, synonyms(question)
    heading = set(words(f"{hit.passage.title} {hit.passage.section} {hit.passage.company} {hit.passage.ticker}"))
    spans = split_sentences(hit.passage.text)
    cosines = _cosines(question, hit, len(spans), retriever)
    quotes = []
    for at, ((start, end), cosine) in enumerate(zip(spans, cosines, strict=True)):
        if hit.passage.text[end - 1] == ":":
            end = max(stop for _, stop in spans[at : at + LIST] if stop - start <= LONGEST or stop == end)
        text = hit.passage.text[start:end]
        found = set(words(text))
        own = retriever.lexical.coverage(asked, found, others)
        coverage = retriever.lexical.coverage(asked, found | heading, others)
        score = COVERAGE * (own + coverage) / 2 + COSINE * max(0.0, cosine or 0.0) + RANK / (1 + place)
        score += _bonuses(question, text) + (FIRST if start == spans[0][0] else 0)
        quotes.append(Quote(hit.passage, text, start, end, score, coverage, cosine))
    return quotes


def _cosines(question: str, hit: Hit, count: int, retriever: Retriever) -> list[float | None]:
    if retriever.embedder is None or retriever.vectors is None:
        return [None] * count
    rows = retriever.vectors.of_sentences(hit.index)
    if len(rows) != count:
        return [hit.cosine] * count
    return [float(value) for value in closeness(rows, question, retriever.embedder)]


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
