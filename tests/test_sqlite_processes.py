"""Several processes at one event log."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from agent.entries import Entry
from agent.events import Done, Token
from agent.owner import Owner
from agent.sqlite_log import SqliteLog
from agent.sqlite_store import SqliteStore
from tests.scripts import python
from tests.streams import new_run, said

DONE = Done(outcome="completed", latency_ms=1)


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
