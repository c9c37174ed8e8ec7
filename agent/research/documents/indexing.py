"""A folder of a user's own documents, indexed: `index_folder`. Only what changed is read again."""

import hashlib
import logging
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from agent.errors import UsageError
from agent.research.documents.collection import (
    FileRecord,
    collection_folder,
    commit,
    load_shard,
    locked,
    read_manifest,
    save_shard,
)
from agent.research.documents.passages import to_passages
from agent.research.documents.readers import MAX_BYTES, SUFFIXES, Unreadable, read_document
from agent.research.search.corpus import Passage
from agent.research.search.embedding import MODEL_SHA256, Embedder, Matrix, load_embedder
from agent.research.search.rows import is_row, label_of

INDEX_VERSION = "3"  # raise it when readers or passages change, so that every file is read again
BATCH = 32  # passages between two reports of progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an index run stands: `file` is number `number` of `files`, counted from 1."""

    file: str
    number: int
    files: int
    state: Literal["reading", "embedding", "indexed", "unchanged", "skipped"]
    passages: int = 0
    """Passages of this file so far, of `of`."""
    of: int = 0


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run did; `skipped` are `(path, reason)`."""

    name: str
    indexed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    passages: int
    """In the collection now."""
    embedded: int
    seconds: float
    mode: Literal["hybrid", "lexical"]

    @property
    def passages_per_second(self) -> float:
        return self.embedded / self.seconds if self.seconds else 0.0


def place_of(folder: Path, name: str, data_dir: Path) -> Path:
    """Where the collection `name` of `folder` is kept. Raises `UsageError` for a folder or a name that is not one."""
    if not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is not a folder")
    return collection_folder(name, data_dir)


def index_folder(
    folder: Path,
    name: str,
    data_dir: Path,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    *,
    embedder: Callable[[], Embedder | None] = load_embedder,
) -> IndexReport:
    """Index the PDF, HTML, Markdown and text files under `folder` into the collection `name` under `data_dir`.

    A file that cannot be read is named in the report and skipped. Files that left the folder leave the collection.
    Raises `UsageError` for a folder or a name that is not one and `CollectionBusy` while another process indexes.
    """
    started = time.monotonic()
    place = place_of(folder, name, data_dir)
    with locked(place):
        run = _Run(place, embedder(), on_progress)
        before = read_manifest(place)
        found = sorted(_walk(folder.resolve()))
        for number, (source, refused) in enumerate(found, 1):
            run.take(folder.resolve() / source, source, refused, number, len(found))
        commit(place, name, folder.resolve(), run.files)
    return IndexReport(
        name=name,
        indexed=tuple(run.indexed),
        unchanged=tuple(run.unchanged),
        removed=tuple(sorted(set(before.files if before else ()) - set(run.files))),
        skipped=tuple((source, record.reason) for source, record in run.files.items() if record.reason),
        passages=sum(record.passages for record in run.files.values()),
        embedded=run.embedded,
        seconds=time.monotonic() - started,
        mode="hybrid" if run.embedder else "lexical",
    )


class _Run:
    def __init__(self, place: Path, embedder: Embedder | None, report: Callable[[Progress], None]) -> None:
        self.place, self.embedder, self.report = place, embedder, report
        self.files: dict[str, FileRecord] = {}
        self.indexed: list[str] = []
        self.unchanged: list[str] = []
        self.embedded = 0

    def take(self, path: Path, source: str, refused: str, number: int, files: int) -> None:
        def tell(state: Literal["reading", "embedding", "indexed", "unchanged", "skipped"], done: int, of: int) -> None:
            self.report(Progress(source, number, files, state, done, of))

        try:
            if refused:
                raise Unreadable(refused)
            tell("reading", 0, 0)
            shard = self._shard_name(path, source)
            stored = load_shard(self.place / f"{shard}.npz")
            passages = stored[0] if stored else to_passages(read_document(path), source)
        except Unreadable as reason:
            self._skip(source, str(reason))
        except OSError as fault:
            self._skip(source, fault.strerror or str(fault))
        except (
            Exception
        ) as fault:  # a parser may raise anything over a hostile file, and the other files must not suffer
            logger.exception("cannot read %s", source)
            self._skip(source, f"reading it failed: {type(fault).__name__}: {fault}")
        else:
            if not stored:
                vectors = self._embed(passages, lambda done: tell("embedding", done, len(passages)))
                save_shard(self.place / f"{shard}.npz", passages, vectors)
            (self.unchanged if stored else self.indexed).append(source)
            self.files[source] = FileRecord(shard=shard, passages=len(passages))
            tell("unchanged" if stored else "indexed", len(passages), len(passages))
            return
        tell("skipped", 0, 0)

    def _skip(self, source: str, reason: str) -> None:
        self.files[source] = FileRecord(reason=reason)

    def _shard_name(self, path: Path, source: str) -> str:
        if path.stat().st_size > MAX_BYTES:
            return "too-large"
        model = MODEL_SHA256 if self.embedder else "words"
        known = hashlib.sha256(f"{INDEX_VERSION}\n{model}\n{source}\n".encode())
        known.update(path.read_bytes())
        return known.hexdigest()[:40]

    def _embed(self, passages: tuple[Passage, ...], done: Callable[[int], None]) -> Matrix | None:
        if self.embedder is None:
            return None
        parts = []
        for start in range(0, len(passages), BATCH):
            done(start)
            parts.append(self.embedder.embed([meaning_of(passage) for passage in passages[start : start + BATCH]]))
        self.embedded += len(passages)
        return np.concatenate(parts)


def meaning_of(passage: Passage) -> str:
    """What is embedded of a passage: rows of tables by their labels, as figures mean nothing and fill the window."""
    lines = passage.searchable.split("\n")
    return "\n".join(label_of(line) if is_row(line) else line for line in lines)


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """`(path in the folder, why it is refused or empty)`; hidden files and folders are left out."""
    closed: list[OSError] = []
    for at, names, files in os.walk(folder, onerror=closed.append):
        for name in [name for name in names if (Path(at) / name).is_symlink()]:
            yield _relative(Path(at) / name, folder), "it is a link to a folder; links to folders are not followed"
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in files:
            if not name.startswith("."):
                path = Path(at) / name
                yield _relative(path, folder), _refused(path, folder)
    for fault in closed:
        yield _relative(Path(fault.filename), folder), fault.strerror or str(fault)


def _refused(path: Path, folder: Path) -> str:
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError):
        return "it is a link that leads nowhere"
    if _relative(path, folder) != path.relative_to(folder).as_posix():
        return "its name is not UTF-8"
    if not target.is_relative_to(folder):
        return "it is a link to a place outside the folder"
    if not stat.S_ISREG(mode):
        return "it is not a regular file"
    if path.suffix.lower() not in SUFFIXES:
        return "it is not PDF, HTML, Markdown or text"
    return ""


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
