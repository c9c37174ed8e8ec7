"""The SQL of the event log: one connection, used by one thread at a time.

`journal` is append-only and has no index, which makes an insert several times cheaper; it is
short, for a run that has ended moves to `archive` as one compressed block.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agent.entries import Entry
from agent.events import Outcome
from agent.expiry import Dropped, drop
from agent.request import OPEN_STATES, Once, Run, Session, title_of

Write = tuple[str, tuple[object, ...]]
"""A statement and its parameters."""
Row = tuple[int, int, float, str, bytearray]
"""An entry in the journal: its run's key, seq, at, type, payload."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions(session_id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS runs(pk INTEGER PRIMARY KEY, run_id TEXT UNIQUE NOT NULL, session_id TEXT NOT NULL,
    agent TEXT NOT NULL, question TEXT NOT NULL, state TEXT NOT NULL, created_at REAL NOT NULL, request TEXT NOT NULL,
    replay_of TEXT NOT NULL, owner TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_of_session ON runs(session_id);
CREATE TABLE IF NOT EXISTS journal(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL,
    type TEXT NOT NULL, payload BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS archive(run INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    block BLOB NOT NULL, PRIMARY KEY(run, first_seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dropped(run INTEGER PRIMARY KEY, upto INTEGER NOT NULL, view BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency(key TEXT PRIMARY KEY, run_id TEXT NOT NULL, fingerprint TEXT NOT NULL);
"""
_RUN = "SELECT run_id, session_id, agent, question, state, created_at, request, replay_of FROM runs"
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN_STATES))
_BLOCK, _BLOCK_BYTES = 500, 2**20
"""Entries, and bytes of them, after which a block of the archive is full."""
SET_STATE = f"UPDATE runs SET state = ? WHERE run_id = ? AND state IN ({_OPEN})"
NEW_SESSION = "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)"
ALSO = "INSERT OR IGNORE INTO idempotency(key, run_id, fingerprint) VALUES (?, ?, ?)"
ONCE = "INSERT INTO idempotency(key, run_id, fingerprint) VALUES (?, ?, ?)"
DROPPED = "INSERT OR REPLACE INTO dropped(run, upto, view) VALUES (?, ?, ?)"
TITLE = "UPDATE sessions SET title = ? WHERE session_id = ? AND title = ''"


class SqliteStore:
    """`busy_ms` is how long a statement waits for another connection's lock."""

    def __init__(self, path: Path, *, busy_ms: int) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute(f"PRAGMA busy_timeout = {busy_ms}")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA wal_autocheckpoint = 0")

    def create_schema(self) -> None:
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.executescript(_SCHEMA)

    def close(self) -> None:
        self.db.close()

    def write(self, rows: Sequence[Row], writes: Iterable[Write] = ()) -> None:
        """Stores entries and other writes: all of it or, raising sqlite3.Error, nothing."""
        with self._transaction():
            self._insert(rows)
            for statement, parameters in writes:
                self.db.execute(statement, parameters)

    def end(self, run_id: str, outcome: Outcome, last: Sequence[Entry]) -> bool:
        """Ends a run and stores its last entries; False, and nothing stored, where it had ended before."""
        with self._transaction():
            won = self.db.execute(SET_STATE, (outcome, run_id)).rowcount == 1
            if won:
                key = self.key(run_id)
                self._insert([journal_row(key, entry) for entry in last])
        return won

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def _insert(self, rows: Sequence[Row]) -> None:
        self.db.executemany("INSERT INTO journal(run, seq, at, type, payload) VALUES (?, ?, ?, ?, ?)", rows)

    def add_run(self, run: Run, owner: str, once: Once | None = None) -> int:
        """Stores a new run and returns its key; its session is made, and named after the question, where needed."""
        row = (run.run_id, run.session_id, run.agent, run.question, run.state, run.created_at)
        request = json.dumps(run.request, ensure_ascii=False)
        columns = "run_id, session_id, agent, question, state, created_at, request, replay_of, owner"
        insert = f"INSERT INTO runs({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self.write(
            [],
            [
                (NEW_SESSION, (run.session_id, "", run.created_at)),
                (TITLE, (title_of(run.question), run.session_id)),
                (insert, (*row, request, run.replay_of, owner)),
                *([(ONCE, (once.key, run.run_id, once.fingerprint))] if once is not None else []),
            ],
        )
        return self.key(run.run_id)

    def key(self, run_id: str) -> int:
        """The run's key in the other tables; 0 for an unknown run."""
        row = self.db.execute("SELECT pk FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return int(row[0]) if row else 0

    def started(self, key: str) -> tuple[str, str] | None:
        """The run that an idempotency key has started, with the fingerprint of what was asked."""
        row = self.db.execute("SELECT run_id, fingerprint FROM idempotency WHERE key = ?", (key,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def run(self, run_id: str) -> Run | None:
        row = self.db.execute(f"{_RUN} WHERE run_id = ?", (run_id,)).fetchone()
        return _run(row) if row else None

    def runs(self, session_id: str, limit: int | None) -> list[Run]:
        newest = "ORDER BY pk DESC LIMIT ?"
        last = -1 if limit is None else limit
        if session_id:
            rows = self.db.execute(f"{_RUN} WHERE session_id = ? {newest}", (session_id, last))
            return [_run(row) for row in rows][::-1]
        return [_run(row) for row in self.db.execute(f"{_RUN} {newest}", (last,))]

    def owner(self, run_id: str) -> str:
        row = self.db.execute("SELECT owner FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return str(row[0]) if row else ""

    def open_runs(self) -> list[str]:
        return [row[0] for row in self.db.execute(f"SELECT run_id FROM runs WHERE state IN ({_OPEN}) ORDER BY pk")]

    def unarchived_runs(self) -> list[str]:
        """Ended runs whose entries still stand in the journal."""
        ended = f"SELECT DISTINCT run_id FROM journal JOIN runs ON pk = run WHERE state NOT IN ({_OPEN})"
        return [row[0] for row in self.db.execute(ended)]

    def session(self, session_id: str) -> Session | None:
        rows = self.db.execute("SELECT session_id, title, created_at FROM sessions WHERE session_id = ?", (session_id,))
        row = rows.fetchone()
        return Session(session_id=row[0], title=row[1], created_at=row[2]) if row else None

    def sessions(self, limit: int) -> list[Session]:
        """Those with the newest runs first."""
        newest = "(SELECT max(created_at) FROM runs WHERE runs.session_id = sessions.session_id)"
        select = (
            f"SELECT session_id, title, created_at FROM sessions ORDER BY coalesce({newest}, created_at) DESC LIMIT ?"
        )
        return [Session(session_id=s, title=t, created_at=c) for s, t, c in self.db.execute(select, (limit,))]

    def entries(self, run_id: str, after: int = 0) -> list[Entry]:
        """The stored entries with `seq > after`, from the archive and the journal as of one moment."""
        self.db.execute("BEGIN")
        try:
            key = self.key(run_id)
            blocks = self.db.execute(
                "SELECT first_seq, block FROM archive WHERE run = ? AND last_seq > ? ORDER BY first_seq", (key, after)
            ).fetchall()
            rows = self.db.execute(
                "SELECT seq, at, type, payload FROM journal WHERE run = ? AND seq > ? ORDER BY id", (key, after)
            ).fetchall()
        finally:
            self.db.execute("COMMIT")
        archived = [entry for first, block in blocks for entry in _unpack(run_id, first, block) if entry.seq > after]
        return archived + [Entry(run_id, *row) for row in rows]

    def archive(self, run_id: str, entries: Sequence[Entry]) -> None:
        """Moves an ended run from the journal to the archive; doing it twice is harmless."""
        self.write([], self._archived(self.key(run_id), entries))

    def _archived(self, key: int, entries: Sequence[Entry]) -> list[Write]:
        insert = "INSERT OR REPLACE INTO archive VALUES (?, ?, ?, ?)"
        writes: list[Write] = [(insert, (key, b[0].seq, b[-1].seq, _pack(b))) for b in _blocks(entries)]
        return [*writes, ("DELETE FROM journal WHERE run = ?", (key,))]

    def dropped(self, run_id: str) -> Dropped | None:
        select = "SELECT upto, view FROM dropped WHERE run = ?"
        row = self.db.execute(select, (self.key(run_id),)).fetchone()
        return Dropped(int(row[0]), bytes(row[1])) if row else None

    def drop(self, run_id: str, upto: int | None) -> None:
        """Drops an ended run's entries up to `upto` (None: all), and keeps the view that they made."""
        key, entries = self.key(run_id), self.entries(run_id)
        if not entries or (upto is not None and upto < entries[0].seq):
            return
        gone = drop(entries, self.dropped(run_id), entries[-1].seq if upto is None else upto)
        kept = [entry for entry in entries if entry.seq > gone.upto]
        self.write(
            [], [("DELETE FROM archive WHERE run = ?", (key,)), *self._archived(key, kept), (DROPPED, (key, *gone))]
        )

    def ended_before(self, moment: float) -> list[str]:
        """Ended runs that began before that moment (seconds since 1970) and still have entries."""
        select = (
            f"SELECT DISTINCT run_id FROM runs JOIN archive ON run = pk WHERE created_at < ? AND state NOT IN ({_OPEN})"
        )
        return [row[0] for row in self.db.execute(select, (moment,))]

    def checkpoint(self, mode: str = "PASSIVE") -> None:
        self.db.execute(f"PRAGMA wal_checkpoint({mode})")


def journal_row(key: int, entry: Entry) -> Row:
    """The entry as the journal holds it."""
    # sqlite3 looks for an adapter of every `bytes`, and takes a `bytearray` as it is: a quarter of the insert
    return (key, entry.seq, entry.at, entry.type, bytearray(entry.payload))


def _run(row: tuple[str, str, str, str, str, float, str, str]) -> Run:
    names = ("run_id", "session_id", "agent", "question", "state", "created_at", "request", "replay_of")
    fields: dict[str, object] = dict(zip(names, row, strict=True))
    return Run.model_validate(fields | {"request": json.loads(row[6])})


def _blocks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    block: list[Entry] = []
    size = 0
    for entry in entries:
        block.append(entry)
        size += len(entry.payload)
        if len(block) == _BLOCK or size >= _BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _pack(entries: Sequence[Entry]) -> bytes:
    return zlib.compress(json.dumps([(e.at, e.type, e.payload.decode()) for e in entries]).encode(), 6)


def _unpack(run_id: str, first_seq: int, block: bytes) -> list[Entry]:
    rows = json.loads(zlib.decompress(block))
    return [Entry(run_id, first_seq + i, at, kind, payload.encode()) for i, (at, kind, payload) in enumerate(rows)]
