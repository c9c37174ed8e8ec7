"""Runs that have ended: in the archive, out of memory, and after another start."""

import asyncio
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from agent import sqlite_log as module
from agent.entries import Entry
from agent.events import Done, Token
from agent.sqlite_log import SqliteLog
from agent.sqlite_store import SqliteStore, journal_row
from tests.scripts import eventually, python, stored
from tests.streams import new_run, said, write_run

DONE = Done(outcome="completed", latency_ms=1)


@pytest.mark.anyio
async def test_a_run_that_has_ended_moves_to_the_archive_and_stays_the_same(sqlite_log: SqliteLog, data: Path) -> None:
    await write_run(sqlite_log, [f"{i} Größe\u2028" for i in range(1200)])
    shown = await sqlite_log.read("r1")
    db = sqlite3.connect(sqlite_log.path)
    await eventually(lambda: db.execute("SELECT count(*) FROM journal").fetchone() == (0,))
    blocks = db.execute("SELECT first_seq, last_seq FROM archive ORDER BY first_seq").fetchall()
    db.close()
    assert blocks == [(1, 500), (501, 1000), (1001, 1201)]
    assert stored(data) == shown
    store = SqliteStore(sqlite_log.path, busy_ms=5000)
    for after in (0, 1, 499, 500, 501, 1200, 1201):
        assert store.entries("r1", after) == shown[after:]
    store.archive("r1", store.entries("r1"))
    assert store.entries("r1") == shown, "archiving again changes nothing"
    store.close()


@pytest.mark.parametrize("step", ["INSERT ON archive", "DELETE ON journal"])
def test_an_archive_that_fails_half_way_changes_nothing(step: str, data: Path) -> None:
    data.mkdir()
    store = SqliteStore(data / "firstlight.sqlite3", busy_ms=5000)
    store.create_schema()
    key = store.add_run(new_run(), "nobody")
    whole = [Entry("r1", i, 0.1, "token", b'{"text":"a","channel":"answer","offset":0}') for i in range(1, 1001)]
    store.write([journal_row(key, entry) for entry in whole])
    store.db.execute(f"CREATE TRIGGER fault BEFORE {step} BEGIN SELECT RAISE(ABORT, 'fault'); END")
    with pytest.raises(sqlite3.Error, match="fault"):
        store.archive("r1", whole)
    assert store.entries("r1") == whole
    store.db.execute("DROP TRIGGER fault")
    store.archive("r1", whole)
    assert store.entries("r1") == whole
    store.close()


ARCHIVER = """
import sys
from pathlib import Path
from agent.sqlite_store import SqliteStore, journal_row
store = SqliteStore(Path(sys.argv[1]), busy_ms=5000)
print("ready", flush=True)
sys.stdin.readline()
entries = store.entries("r1")
while True:
    store.archive("r1", entries)
    store.write([journal_row(store.key("r1"), entry) for entry in entries], [("DELETE FROM archive", ())])
"""


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_archives_loses_nothing(data: Path) -> None:
    async def prepare() -> list[Entry]:
        log = SqliteLog(data)
        await log.start()
        await write_run(log, [f"{i} " for i in range(1200)])
        entries = await log.read("r1")
        await log.close()
        return entries

    whole = asyncio.run(prepare())
    draw, path = random.Random(7), data / "firstlight.sqlite3"
    for _ in range(6):
        with python(ARCHIVER, path) as process:
            assert process.stdout is not None and process.stdin is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("\n")
            process.stdin.flush()
            time.sleep(draw.uniform(0.005, 0.1))
            process.kill()
        assert stored(data) == whole
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.anyio
async def test_what_was_not_archived_is_archived_at_the_next_start(data: Path) -> None:
    log = SqliteLog(data)
    await log.start()
    log._upkeep.archive = lambda run_id: None  # type: ignore[method-assign]
    await write_run(log, ["a ", "b"])
    await log.close()
    again = SqliteLog(data)
    await again.start()
    db = sqlite3.connect(again.path)
    assert db.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    db.close()
    assert said(await again.read("r1")) == ["a ", "b", "done completed"]
    await again.close()


@pytest.mark.anyio
async def test_a_run_that_left_memory_is_read_from_the_file(
    sqlite_log: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEPT_BYTES", 0)
    await sqlite_log.create(new_run("open"))
    sqlite_log.append("open", Token(text="still "), 0.1)
    await write_run(sqlite_log, ["a ", "b"])
    before = await sqlite_log.read("r1")
    reader = sqlite_log.follow("r1")
    first = await anext(reader)
    await eventually(lambda: "r1" not in sqlite_log._live)
    assert [first, *[entry async for entry in reader]] == before
    assert await sqlite_log.read("r1") == before
    assert await sqlite_log.read("r1", after=2) == before[2:]
    assert await sqlite_log.wait("r1", after=3) is False
    assert (await sqlite_log.run("r1")).state == "completed"
    await sqlite_log.flush("r1")
    assert "open" in sqlite_log._live, "a run that goes on stays in memory"
    sqlite_log.append("open", Token(text="here"), 0.2)
    await sqlite_log.flush("open")
    assert said(await sqlite_log.read("open")) == ["still ", "here"]


@pytest.mark.anyio
async def test_a_log_that_is_opened_again_has_everything(data: Path) -> None:
    log = SqliteLog(data)
    await log.start()
    await write_run(log, ["a ", "b"])
    before = await log.read("r1"), await log.runs(), await log.sessions()
    await log.close()
    again = SqliteLog(data)
    await again.start()
    assert (await again.read("r1"), await again.runs(), await again.sessions()) == before
    await again.close()


@pytest.mark.anyio
async def test_closing_stores_what_was_said_last(data: Path) -> None:
    log = SqliteLog(data)
    await log.start()
    await log.create(new_run())
    log.append("r1", Token(text="a"), 0.1)
    log.finish("r1", "completed", [DONE], 0.2)
    await log.close()
    assert said(stored(data)) == ["a", "done completed"]
