"""Embeddings of passages and of their sentences, stored as float16 and found again by a hash of each passage."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from agent.research.search.corpus import Passage
from agent.research.search.embedding import DIMENSIONS, MAX_TOKENS, MODEL_SHA256, Embedder, Matrix
from agent.research.search.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Vectors:
    """Row i of `passages` is passage i; its sentences are the rows `offsets[i]:offsets[i + 1]` of `sentences`."""

    digests: tuple[str, ...]
    passages: Matrix
    sentences: Matrix
    offsets: NDArray[np.int64]

    def of_sentences(self, index: int) -> Matrix:
        """The vectors of the sentences of passage `index`, `(sentences, 384)`; none where they are not embedded."""
        return self.sentences[self.offsets[index] : self.offsets[index + 1]]


def digest(passage: Passage) -> str:
    """Changes when the model or what is embedded of the passage changes."""
    return hashlib.sha256(f"{MODEL_SHA256} {MAX_TOKENS}\n{passage.searchable}".encode()).hexdigest()[:32]


def corpus_hash(passages: Sequence[Passage]) -> str:
    """The hash of a whole corpus, order included."""
    return hashlib.sha256("".join(map(digest, passages)).encode()).hexdigest()


def compute_vectors(passages: Sequence[Passage], embedder: Embedder, known: Vectors | None = None) -> Vectors:
    """Embed passages and their sentences, taking from `known` what has not changed."""
    digests = tuple(map(digest, passages))
    rows = {key: row for row, key in enumerate(known.digests)} if known else {}
    missing = [index for index, key in enumerate(digests) if key not in rows]
    spans = {i: [passages[i].text[a:b] for a, b in split_sentences(passages[i].text)] for i in missing}
    fresh = dict(zip(missing, embedder.embed([passages[i].searchable for i in missing]), strict=True))
    flat = embedder.embed([sentence for i in missing for sentence in spans[i]])
    cuts = np.cumsum([0, *(len(spans[i]) for i in missing)])
    fresh_sentences = {i: flat[cuts[n] : cuts[n + 1]] for n, i in enumerate(missing)}
    whole = [fresh[i] if i in fresh else _known(known).passages[rows[key]] for i, key in enumerate(digests)]
    parts = [
        fresh_sentences[i] if i in fresh else _known(known).of_sentences(rows[key]) for i, key in enumerate(digests)
    ]
    return Vectors(
        digests,
        np.stack(whole) if whole else _none(),
        np.concatenate(parts) if parts else _none(),
        np.cumsum([0, *map(len, parts)], dtype=np.int64),
    )


def save_vectors(path: Path, vectors: Vectors) -> None:
    """Write an `.npz`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
    try:
        np.savez(
            draft,
            digests=np.array(vectors.digests, dtype="U32"),
            passages=vectors.passages.astype(np.float16),
            sentences=vectors.sentences.astype(np.float16),
            offsets=vectors.offsets,
        )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load_vectors(path: Path) -> Vectors | None:
    """The vectors of an `.npz` of ours; None where the file is missing or not one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return Vectors(
                tuple(str(key) for key in stored["digests"]),
                stored["passages"].astype(np.float32),
                stored["sentences"].astype(np.float32),
                stored["offsets"],
            )
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None


def _known(known: Vectors | None) -> Vectors:
    assert known is not None  # a row was found in it
    return known


def _none() -> Matrix:
    return np.zeros((0, DIMENSIONS), dtype=np.float32)
