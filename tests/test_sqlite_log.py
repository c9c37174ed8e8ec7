"""The event log in one file: what a reader saw is stored, whatever happens to the disk."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from agent import sqlite_log as module
from agent.entries import Entry
from agent.errors import LogUnavailable, UsageError
from agent.events import Done, Status, Token
from agent.owner import Owner
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog
from agent.sqlite_store import SqliteStore
from tests.streams import new_run, said, says, write_run

DONE = Done(outcome="completed", latency_ms=1)
ROOT = Path(__file__).parents[1]


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A script in a process of its own, with the repository on its path."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


async def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        await asyncio.sleep(0.01)


def stored(folder: Path, run_id: str = "r1") -> list[Entry]:
    """What another process would read."""
    store = SqliteStore(folder / "firstlight.sqlite3", busy_ms=5000)
    try:
        return store.entries(run_id)
    finally:
        store.close()


# --- commit before publish


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


# --- the archive


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


ARCHIVER = """
import sys
from pathlib import Path
from agent.sqlite_store import SqliteStore
store = SqliteStore(Path(sys.argv[1]), busy_ms=5000)
print("ready", flush=True)
sys.stdin.readline()
entries = store.entries("r1")
while True:
    store.archive("r1", entries)
    store.write([(store.key("r1"), entry) for entry in entries], [("DELETE FROM archive", ())])
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


# --- memory


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


# --- processes

FOLLOWER = """
import asyncio, sys
from pathlib import Path
from agent.sqlite_log import SqliteLog

async def main(folder, run_id):
    log = SqliteLog(folder)
    await log.start()
    print("ready", flush=True)
    async for entry in log.follow(run_id):
        print(entry.line(), flush=True)
    await log.close()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.anyio
async def test_another_process_follows_a_run_while_it_is_written(sqlite_log: SqliteLog, data: Path) -> None:
    await sqlite_log.create(new_run())
    sqlite_log.append("r1", Token(text="0 "), 0.1)
    await sqlite_log.flush("r1")
    with python(FOLLOWER, data, "r1") as process:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        assert Entry.from_line(await asyncio.to_thread(process.stdout.readline)).event == Token(text="0 ")
        for i in range(1, 100):
            sqlite_log.append("r1", Token(text=f"{i} "), i / 100)
            await asyncio.sleep(0.002)
        assert (await sqlite_log.run("r1")).is_open, "the other process does not end what this one drives"
        sqlite_log.finish("r1", "completed", [DONE], 1)
        rest = await asyncio.to_thread(process.stdout.read)
    whole = await sqlite_log.read("r1")
    assert [Entry.from_line(line) for line in rest.splitlines()] == whole[1:]
    assert len(whole) == 101


WRITER = """
import asyncio, sys
from pathlib import Path
from agent.sqlite_log import SqliteLog
from tests.streams import write_run

async def main(folder, name):
    log = SqliteLog(folder)
    await log.start()
    for i in range(20):
        await write_run(log, [f"{name}.{i}.{k} " for k in range(30)], run_id=f"{name}{i}", session_id="both")
    await log.close()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.anyio
async def test_two_processes_write_to_the_same_file(data: Path) -> None:
    with python(WRITER, data, "a") as one, python(WRITER, data, "b") as other:
        assert [await asyncio.to_thread(process.wait) for process in (one, other)] == [0, 0]
    log = SqliteLog(data)
    await log.start()
    for name in ("a", "b"):
        for i in range(20):
            texts = [f"{name}.{i}.{k} " for k in range(30)]
            assert said(await log.read(f"{name}{i}")) == [*texts, "done completed"]
    assert len(await log.runs("both", limit=100)) == 40
    await log.close()


ORPHAN = """
import asyncio, os, signal, sys
from pathlib import Path
from agent.events import Status, Token
from agent.sqlite_log import SqliteLog
from tests.streams import new_run

async def main(folder):
    log = SqliteLog(folder)
    await log.start()
    await log.create(new_run("r1"))
    log.append("r1", Status(step="generating"), 0.5)
    log.append("r1", Token(text="half an ans"), 0.75)
    await log.flush("r1")
    print("stored", flush=True)
    sys.stdin.readline()

asyncio.run(main(Path(sys.argv[1])))
"""
ORPHANED = [
    "generating running",
    "half an ans",
    "generating failed (Interrupted)",
    "error worker_lost: The process that worked on this was ended.",
    "done interrupted partial",
]


def leave_an_orphan(data: Path) -> None:
    with python(ORPHAN, data) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stored\n"
        os.kill(process.pid, signal.SIGKILL)


@pytest.mark.anyio
async def test_a_run_whose_process_is_gone_is_ended_at_the_next_start(data: Path) -> None:
    leave_an_orphan(data)
    log = SqliteLog(data)
    await log.start()
    entries = await log.read("r1")
    assert said(entries) == ORPHANED
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[-1].event == Done(outcome="interrupted", partial=True, latency_ms=750)
    assert (await log.run("r1")).state == "interrupted"
    await log.close()


@pytest.mark.anyio
async def test_a_reader_in_another_process_sees_an_orphan_end(sqlite_log: SqliteLog, data: Path) -> None:
    """It need not wait for a new start: whoever follows the run finds out."""
    leave_an_orphan(data)
    entries = [entry async for entry in sqlite_log.follow("r1")]
    assert said(entries) == ORPHANED


@pytest.mark.anyio
async def test_two_processes_that_find_the_same_orphan_end_it_once(data: Path) -> None:
    leave_an_orphan(data)
    logs = [SqliteLog(data) for _ in range(4)]
    await asyncio.gather(*(log.start() for log in logs))
    for log in logs:
        assert said(await log.read("r1")) == ORPHANED
        await log.close()


def test_the_end_is_one_conditional_write(data: Path) -> None:
    data.mkdir()
    first, second = (SqliteStore(data / "x.sqlite3", busy_ms=5000) for _ in range(2))
    first.create_schema()
    first.add_run(new_run(), "nobody")
    last = [Entry("r1", 1, 0.1, "done", b'{"outcome":"interrupted","latency_ms":1}')]
    assert first.end("r1", "interrupted", last) is True
    assert second.end("r1", "interrupted", last) is False
    assert len(second.entries("r1")) == 1
    first.close()
    second.close()


def test_an_owner_lives_as_long_as_its_lock(tmp_path: Path) -> None:
    one, other = Owner(tmp_path), Owner(tmp_path)
    one.claim()
    assert one.is_alive(one.name)
    assert other.is_alive(one.name)
    assert not other.is_alive("0123456789abcdef")
    one.release()
    assert not other.is_alive(one.name)
    assert list(tmp_path.glob("*.lock")) == []


# --- where it cannot be


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


@pytest.mark.anyio
async def test_a_file_that_is_no_database_is_refused_and_kept(data: Path) -> None:
    data.mkdir()
    (data / "firstlight.sqlite3").write_text("my diary " * 1000)
    log = SqliteLog(data)
    with pytest.raises(UsageError, match="not a database"):
        await log.start()
    await log.close()
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
