"""Hybrid search: BM25 and MiniLM, joined by reciprocal rank fusion.

Fusion: Cormack, Clarke and Buettcher, SIGIR 2009, score = sum over the rankings of 1 / (60 + rank).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.research.search.corpus import Passage, load_briefs, period_key
from agent.research.search.embedding import Embedder, Matrix, embed_query, embed_sentences, load_embedder
from agent.research.search.lexical import LexicalIndex
from agent.research.search.rows import is_row, label_of
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import phrasings, synonyms
from agent.research.search.vectors import Vectors, compute_vectors, corpus_hash, digest, load_vectors, save_vectors

FUSION = 60
DEPTH = 50  # of each ranking
ALSO = 0.5
EMBEDDINGS = "brief_embeddings.npz"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; ranks count from 1, None where that ranking did not find it."""

    passage: Passage
    score: float
    """The sum of 1 / (60 + rank): at most 2 / 61, and 3 / 61 with `also`."""
    lexical_rank: int | None
    dense_rank: int | None
    coverage: float
    """The part of the question's words, by rarity, that the passage has: 0 to 1."""
    cosine: float | None
    """To the question; None where search is by words only."""
    asked: tuple[str, ...]
    """The words of the question that counted, stemmed: not those that most of the searched passages have."""
    index: int
    """The row of the passage in its retriever."""


class Retriever:
    """Searches one list of passages; pure, synchronous, safe to share between threads."""

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors | None = None, embedder: Embedder | None = None
    ) -> None:
        self.passages = tuple(passages)
        self.embedder = embedder if vectors is not None else None
        self.vectors = vectors if embedder is not None else None
        self.lexical = LexicalIndex([passage.searchable for passage in self.passages])
        self._periods = [period_key(passage.period) for passage in self.passages]
        self._names = [_name(f"{passage.ticker} {passage.company}") for passage in self.passages]

    @property
    def mode(self) -> Literal["hybrid", "lexical"]:
        """Whether meaning counts, or only words."""
        return "hybrid" if self.embedder else "lexical"

    def search(
        self,
        question: str,
        *,
        limit: int = 5,
        companies: Collection[str] = (),
        periods: Collection[str] = (),
        also: Sequence[str] = (),
    ) -> list[Hit]:
        """The best passages, best first.

        `companies` are tickers or names, `periods` any spelling that `period_key` reads; a year allows its quarters
        too. A passage whose company or period nobody knows passes the filter. `also` are what the question asks for
        in other words, each a search of its own; together they count `ALSO` of the question.
        """
        allowed = self._allowed(companies, periods)
        if not allowed.any():
            return []
        asked, others = self.lexical.telling(words(question), allowed), synonyms(question)
        cosine = self.cosines(question)
        lexical_rank, dense_rank = self._rankings(question, asked, cosine, allowed)
        rankings = [(1.0, lexical_rank), (1.0, dense_rank)]
        for wording in also:
            own = self._rankings(wording, words(wording), self.cosines(wording), allowed)
            rankings += [(ALSO / len(also), ranking) for ranking in own]
        fused: dict[int, float] = {}
        for weight, ranking in rankings:
            for row, rank in ranking.items():
                fused[row] = fused.get(row, 0.0) + weight / (FUSION + rank)
        best = sorted(fused, key=lambda row: -fused[row])[:limit]
        return [
            Hit(
                passage=self.passages[row],
                score=fused[row],
                lexical_rank=lexical_rank.get(row),
                dense_rank=dense_rank.get(row),
                coverage=self.lexical.coverage(asked, set(words(self.passages[row].searchable)), others),
                cosine=float(cosine[row]) if cosine is not None else None,
                asked=asked,
                index=row,
            )
            for row in best
        ]

    def _rankings(
        self, question: str, asked: Sequence[str], cosine: Matrix | None, allowed: NDArray[np.bool_]
    ) -> tuple[dict[int, int], dict[int, int]]:
        """By words and by meaning, the rank of each row that was found, from 1."""
        lexical = self.lexical.scores(asked, synonyms(question))
        by_words = _best(np.where(allowed, lexical, 0), above=0)
        by_meaning = _best(np.where(allowed, cosine, -2), above=-2) if cosine is not None else []
        return (
            {row: rank for rank, row in enumerate(by_words, 1)},
            {row: rank for rank, row in enumerate(by_meaning, 1)},
        )

    def count(self, *, companies: Collection[str] = (), periods: Collection[str] = ()) -> int:
        """How many passages the filter of `search` lets through."""
        return int(self._allowed(companies, periods).sum())

    def cosines(self, question: str) -> Matrix | None:
        """The cosine of every passage to the question; None where search is by words only."""
        if self.embedder is None or self.vectors is None:
            return None
        return closeness(self.vectors.passages, question, self.embedder)

    def sentence_cosines(self, index: int, question: str) -> Matrix | None:
        """The cosine of every sentence of passage `index` to the question; None where search is by words only.

        Sentences that were not embedded with their passage are embedded now, rows of tables by their labels.
        """
        if self.embedder is None or self.vectors is None:
            return None
        text = self.passages[index].text
        spans = split_sentences(text)
        rows = self.vectors.of_sentences(index)
        if len(rows) != len(spans):
            lines = (text[start:end] for start, end in spans)
            rows = embed_sentences(self.embedder, tuple(label_of(line) if is_row(line) else line for line in lines))
        return closeness(rows, question, self.embedder)

    def _allowed(self, companies: Collection[str], periods: Collection[str]) -> NDArray[np.bool_]:
        wanted = [_name(company) for company in companies]
        keys = {key for key in map(period_key, periods) if key}
        return np.array(
            [
                (not wanted or not names or any(name <= names for name in wanted))
                and (not keys or not period or period in keys or period[:4] in keys)
                for names, period in zip(self._names, self._periods, strict=True)
            ],
            dtype=np.bool_,
        )


@cache
def open_briefs(data_dir: Path | None = None) -> Retriever:
    """The retriever of the briefs that ship.

    What the shipped embeddings lack (a brief was edited) is embedded now, and remembered in `data_dir`.
    """
    briefs = load_briefs()
    embedder = load_embedder()
    if embedder is None:
        return Retriever(briefs)
    with as_file(files("agent.research.data") / EMBEDDINGS) as shipped:
        vectors = load_vectors(shipped)
    own = data_dir / "embeddings" / f"{corpus_hash(briefs)[:16]}.npz" if data_dir else None
    wanted = tuple(map(digest, briefs))
    if (vectors is None or vectors.digests != wanted) and own:
        vectors = load_vectors(own) or vectors
    if vectors is None or vectors.digests != wanted:
        vectors = compute_vectors(briefs, embedder, known=vectors)
        if own:
            save_vectors(own, vectors)
    return Retriever(briefs, vectors, embedder)


def closeness(vectors: Matrix, question: str, embedder: Embedder) -> Matrix:
    """The cosine of each row to the question, in the phrasing that is nearest to it."""
    similar: Matrix = (vectors @ embed_query(embedder, phrasings(question))).max(axis=1)
    return similar


def warm_up(data_dir: Path | None = None) -> None:
    """Load the model and the briefs, so that the first question does not wait for them (about half a second)."""
    open_briefs(data_dir).search("revenue", limit=1)


def _name(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _best(scores: Matrix, *, above: float) -> list[int]:
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return [int(row) for row in order if scores[row] > above]
