"""A folder's index on disk: one shard a file, and a manifest whose replacement is the commit.

A shard is named after the content of its file, so an index run that was killed is taken up where it stopped, and a
reader sees the old index or the new one.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.errors import UsageError
from agent.research.search.corpus import Passage
from agent.research.search.embedding import DIMENSIONS, Matrix, load_embedder
from agent.research.search.retrieval import Retriever
from agent.research.search.vectors import Vectors

NAME = re.compile(r"\w[\w .-]{0,63}")
_passages = TypeAdapter(tuple[Passage, ...])


class UnknownCollection(UsageError):
    """No collection of that name."""


class CollectionBusy(UsageError):
    """Another process is indexing into the collection."""


class FileRecord(BaseModel):
    """One file of the folder at the last index run; `reason` says why it was skipped, else it is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shard: str = ""
    passages: int = 0
    reason: str = ""


class Manifest(BaseModel):
    """What a collection holds, by path in the folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    folder: str
    updated: str
    """ISO time, UTC."""
    files: dict[str, FileRecord]


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """One line of the list of collections."""

    name: str
    folder: str
    updated: str
    files: int
    passages: int
    skipped: int


def collections(data_dir: Path) -> list[CollectionInfo]:
    """All collections, by name."""
    found = []
    for path in sorted((data_dir / "collections").glob("*/manifest.json")):
        manifest = read_manifest(path.parent)
        if manifest:
            records = manifest.files.values()
            found.append(
                CollectionInfo(
                    manifest.name,
                    manifest.folder,
                    manifest.updated,
                    files=sum(not record.reason for record in records),
                    passages=sum(record.passages for record in records),
                    skipped=sum(bool(record.reason) for record in records),
                )
            )
    return found


def open_collection(name: str, data_dir: Path) -> Retriever:
    """The retriever of a collection, remembered until it is indexed again; raises `UnknownCollection`."""
    place = collection_folder(name, data_dir)
    manifest = read_manifest(place)
    if manifest is None:
        known = ", ".join(repr(info.name) for info in collections(data_dir)) or "none yet"
        raise UnknownCollection(f"no collection {name!r}; there is {known}")
    return _open(place, manifest.model_dump_json())


def collection_folder(name: str, data_dir: Path) -> Path:
    """Where a collection is stored; raises `UsageError` for a name that is not one."""
    if not NAME.fullmatch(name) or name.endswith((".", " ")):
        raise UsageError(f"{name!r} is no name for a collection: letters, digits, space, dot and hyphen, at most 64")
    return data_dir / "collections" / name.casefold()


def read_manifest(place: Path) -> Manifest | None:
    """None where there is no manifest, or one that is not ours."""
    try:
        return Manifest.model_validate_json((place / "manifest.json").read_bytes())
    except (OSError, ValidationError):
        return None


def commit(place: Path, name: str, folder: Path, files: dict[str, FileRecord]) -> None:
    """Replace the manifest, then delete the shards that it no longer names."""
    manifest = Manifest(name=name, folder=str(folder), updated=datetime.now(UTC).isoformat(), files=files)
    draft = place / f"manifest.{os.getpid()}.part"
    draft.write_text(manifest.model_dump_json(indent=1), "utf-8")
    draft.replace(place / "manifest.json")
    kept = {record.shard for record in files.values()}
    for path in place.glob("*.npz"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


def save_shard(path: Path, passages: Sequence[Passage], vectors: Matrix | None) -> None:
    """Write the passages of one file and their vectors (float16), whole or not at all."""
    draft = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
    text = json.dumps([passage.model_dump(exclude_defaults=True) for passage in passages]).encode()
    rows = np.zeros((0, DIMENSIONS), np.float16) if vectors is None else vectors.astype(np.float16)
    try:
        np.savez_compressed(draft, passages=np.frombuffer(text, np.uint8), vectors=rows)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load_shard(path: Path) -> tuple[tuple[Passage, ...], Matrix] | None:
    """Passages and vectors `(passages or 0, 384)`; None where the shard is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            passages = _passages.validate_json(stored["passages"].tobytes())
            return passages, stored["vectors"].astype(np.float32)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """One index run at a time; raises `CollectionBusy` instead of waiting."""
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / "lock", timeout=0):
            yield
    except Timeout as fault:
        raise CollectionBusy(f"another process is indexing into {place.name!r}") from fault


@lru_cache(maxsize=4)
def _open(place: Path, manifest: str) -> Retriever:
    shards = [record.shard for record in Manifest.model_validate_json(manifest).files.values() if record.shard]
    loaded = [shard for shard in (load_shard(place / f"{name}.npz") for name in shards) if shard]
    passages = [passage for found, _ in loaded for passage in found]
    matrix = np.concatenate([rows for _, rows in loaded]) if loaded else np.zeros((0, DIMENSIONS), np.float32)
    embedder = load_embedder() if passages and len(matrix) == len(passages) else None
    nothing = np.zeros((0, DIMENSIONS), np.float32)
    vectors = Vectors((), matrix, nothing, np.zeros(len(passages) + 1, np.int64))
    return Retriever(passages, vectors if embedder else None, embedder)
