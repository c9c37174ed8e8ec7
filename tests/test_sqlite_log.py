"""The event log in one file: what a reader saw is stored, whatever happens to the disk."""

import asyncio
import json
import sqlite3
import threading
import time
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from agent.entries import Entry
from agent.errors import LogUnavailable, UsageError
from agent.events import Done, Status, Token
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog
from tests.scripts import eventually, python, stored
from tests.streams import new_run, said, says

DONE = Done(outcome="completed", latency_ms=1)


@pytest.mark.anyio
async def test_what_a_reader_sees_is_in_the_file(sqlite_log: SqliteLog, data: Path) -> None:
    await sqlite_log.create(new_run())

    async def reader() -> int:
        checked = 0
        async for entry in sqlite_log.follow("r1"):
            on_disk = stored(data)
            assert on_disk[entry.seq - 1] == entry
            checked += 1
        return checked

    reading = asyncio.create_task(reader())
    for i in range(200):
        sqlite_log.append("r1", Token(text=f"{i} "), 0.1)
        if i % 3 == 0:
            await asyncio.sleep(0)
    sqlite_log.finish("r1", "completed", [DONE], 0.2)
    assert await reading == 201


@pytest.mark.anyio
async def test_nothing_is_shown_in_the_turn_in_which_it_is_said(sqlite_log: SqliteLog) -> None:
    await sqlite_log.create(new_run())
    sqlite_log.append("r1", Token(text="a"), 0.1)
    assert sqlite_log.behind("r1") == 1
    assert await sqlite_log.read("r1") == []
    await sqlite_log.flush("r1")
    assert sqlite_log.behind("r1") == 0
    assert said(await sqlite_log.read("r1")) == ["a"]


@pytest.mark.anyio
async def test_a_database_that_is_locked_for_three_seconds(sqlite_log: SqliteLog, data: Path) -> None:
    """Nothing is shown meanwhile, the log says so, new runs are refused; then all is well, and nothing is lost."""
    runner = Runner(sqlite_log)
    await sqlite_log.create(new_run())
    sqlite_log.append("r1", Token(text="before "), 0.1)
    await sqlite_log.flush("r1")
    seen: list[Entry] = []

    async def read() -> None:
        async for entry in sqlite_log.follow("r1"):
            seen.append(entry)

    reader = asyncio.create_task(read())
    other = sqlite3.connect(sqlite_log.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    locked = time.monotonic()
    for i in range(20):
        sqlite_log.append("r1", Token(text=f"{i} "), 0.2)
        await asyncio.sleep(0.02)
    await eventually(lambda: sqlite_log.health != "ok")
    assert "locked" in sqlite_log.health
    with pytest.raises(LogUnavailable, match="locked"):
        await runner.start(says(), Request(question="?"))
    with pytest.raises(LogUnavailable, match="locked"):
        await sqlite_log.create(new_run("r2"))
    await asyncio.sleep(max(0.0, locked + 3 - time.monotonic()))
    assert said(seen) == ["before "]
    assert said(stored(data)) == ["before "]
    other.execute("COMMIT")
    other.close()
    sqlite_log.finish("r1", "completed", [DONE], 4)
    await asyncio.wait_for(reader, 20)
    assert said(seen) == ["before ", *(f"{i} " for i in range(20)), "done completed"]
    assert sqlite_log.health == "ok"
    assert stored(data) == seen
    await runner.wait(await runner.start(says(Token(text="again")), Request(question="?")))


@pytest.mark.anyio
async def test_a_log_that_refused_a_run_while_it_was_idle_recovers_by_itself(sqlite_log: SqliteLog) -> None:
    other = sqlite3.connect(sqlite_log.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="locked"):
        await sqlite_log.create(new_run())
    assert sqlite_log.health != "ok"
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: sqlite_log.health == "ok")
    await Runner(sqlite_log).start(says(), Request(question="?"))


@pytest.mark.anyio
async def test_a_short_lock_only_delays(sqlite_log: SqliteLog) -> None:
    await sqlite_log.create(new_run())
    other = sqlite3.connect(sqlite_log.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    release.start()
    sqlite_log.append("r1", Token(text="a"), 0.1)
    await sqlite_log.create(new_run("r2"))
    await asyncio.wait_for(sqlite_log.flush("r1"), 20)
    release.join()
    other.close()
    assert sqlite_log.health == "ok"


FULL_DISK = """
import asyncio, json, resource, sys
from pathlib import Path
from agent.errors import LogUnavailable
from agent.events import Done, Token
from agent.sqlite_log import SqliteLog
from agent.sqlite_store import SqliteStore
from tests.streams import new_run

def stored_texts(folder):
    store = SqliteStore(folder / "firstlight.sqlite3", busy_ms=5000)
    entries = store.entries("r1")
    store.close()
    return ["done" if entry.type == "done" else entry.event.text for entry in entries]

async def main(folder):
    log = SqliteLog(folder)
    await log.start()
    await log.create(new_run("r1"))
    log.append("r1", Token(text="before "), 0.1)
    await log.flush("r1")
    wal = log.path.with_name(log.path.name + "-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 100, hard))
    for i in range(40):
        log.append("r1", Token(text=f"{i}" + "." * 2000), 0.2)
        await asyncio.sleep(0.005)
    while log.health == "ok":
        await asyncio.sleep(0.01)
    shown = [entry.event.text[:3] for entry in await log.read("r1")]
    full = {"health": log.health, "shown": len(shown), "stored": len(stored_texts(folder))}
    try:
        await log.create(new_run("r2", question="?" * 300_000))
    except LogUnavailable:
        full["refused"] = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    log.finish("r1", "completed", [Done(outcome="completed", latency_ms=1)], 0.3)
    await asyncio.wait_for(log.flush("r1"), 30)
    after = [e.type if e.type == "done" else e.event.text.rstrip(".") for e in await log.read("r1")]
    print(json.dumps({"full": full, "after": after, "health": log.health, "stored": stored_texts(folder)}))
    await log.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_disk_that_is_full(data: Path) -> None:
    """Nothing is shown that is not stored, the log says so; once there is room again, nothing is lost."""
    with python(FULL_DISK, data) as process:
        out, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    result = json.loads(out)
    full = result["full"]
    assert full["health"] != "ok"
    assert full["refused"] is True
    assert full["shown"] == full["stored"] < 41
    assert result["after"] == ["before ", *map(str, range(40)), "done"]
    assert [text.rstrip(".") for text in result["stored"]] == result["after"]
    assert result["health"] == "ok"


@pytest.mark.anyio
async def test_a_network_disk_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mount = namedtuple("mount", "mountpoint fstype")
    mounts = [mount("/", "ext4"), mount(str(data.parent), "nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    log = SqliteLog(data)
    with pytest.raises(UsageError, match="is on nfs4: SQLite's WAL needs a local disk"):
        await log.start()
    await log.close()
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts[:1])
    await log.start()
    await log.close()


@pytest.mark.anyio
async def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = SqliteLog(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot open the event log"):
        await log.start()
    await log.close()


def test_a_file_that_is_no_database_is_refused_and_kept(data: Path) -> None:
    data.mkdir()
    (data / "firstlight.sqlite3").write_text("my diary " * 1000)
    with pytest.raises(UsageError, match="not a database"):
        asyncio.run(SqliteLog(data).start())
    assert (data / "firstlight.sqlite3").read_text().startswith("my diary")
    assert list((data / "owners").glob("*.lock")) == []


@pytest.mark.anyio
async def test_upkeep_keeps_the_write_ahead_log_short(sqlite_log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent import sqlite_upkeep

    monkeypatch.setattr(sqlite_upkeep, "_BIG_WAL", 50_000)
    await sqlite_log.create(new_run())
    wal = sqlite_log.path.with_name(sqlite_log.path.name + "-wal")
    for _ in range(100):
        sqlite_log.append("r1", Token(text="x" * 1000), 0.1)
    sqlite_log.append("r1", Status(step="a"), 0.2)
    await sqlite_log.flush("r1")
    assert wal.stat().st_size > 50_000
    await eventually(lambda: wal.stat().st_size == 0)
    assert len(await sqlite_log.read("r1")) == 101
