"""How near a brief is to a question: by meaning, by its nearest sentence, and by words."""

from collections.abc import Sequence

import numpy as np

from agent.research.question.reading import Reading
from agent.research.search.embedding import Matrix
from agent.research.search.retrieval import Hit, Retriever, closeness
from agent.research.search.sentences import words
from agent.research.search.synonyms import synonyms

SENTENCE, COVERAGE, TITLE = 0.5, 0.2, 0.25
"""Beside the cosine of the whole passage, which counts once; drawn on questions of our own."""
NEWEST = 0.03
"""For the newest filing among the hits, where the question names no time: most mean today's state."""


def nearest_first(reading: Reading, query: str, hits: Sequence[Hit], retriever: Retriever) -> list[Hit]:
    """The hits, nearest first; which brief it is matters more than the rank of its sentences."""
    newest = "" if reading.when.named else max((hit.passage.period_end for hit in hits), default="")

    def near(hit: Hit) -> float:
        fresh = NEWEST if newest and hit.passage.period_end == newest else 0.0
        return nearness(query, reading.question, hit, retriever) + fresh

    return sorted(hits, key=lambda hit: -near(hit))


def nearness(query: str, question: str, hit: Hit, retriever: Retriever) -> float:
    """`query` is the question without names and times, which meaning is measured both with and without."""
    title = set(words(f"{hit.passage.title} {hit.passage.topic}"))
    named = retriever.lexical.coverage(words(query), title, synonyms(query))
    return meaning(query, question, hit, retriever) + COVERAGE * hit.coverage + TITLE * named


def meaning(query: str, question: str, hit: Hit, retriever: Retriever) -> float:
    """The mean cosine of the passage to both wordings, and half that of its nearest sentence; 0 by words only."""
    if retriever.embedder is None or retriever.vectors is None:
        return 0.0
    whole: Matrix = retriever.vectors.passages[hit.index : hit.index + 1]
    sentences: Matrix = retriever.vectors.of_sentences(hit.index)
    total = 0.0
    for wording in (query, question):
        total += float(closeness(whole, wording, retriever.embedder)[0])
        if len(sentences):
            total += SENTENCE * float(np.max(closeness(sentences, wording, retriever.embedder)))
    return total / 2
