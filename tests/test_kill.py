"""kill -9 at random moments: what was shown is kept, and every run ends in exactly one `done`."""

import asyncio
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.entries import Entry
from agent.events import Done
from agent.sqlite_log import SqliteLog
from agent.view import fold

pytestmark = pytest.mark.slow

KILLS = 20
WORKER = """
import asyncio, sys
from pathlib import Path
from agent.events import Status, Token, Tool
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog

async def agent(request):
    for i in range(int(request.question)):
        yield Status(step="running_tool", id=f"step {i}")
        yield Tool(call_id=f"call {i}", name="lookup")
        for k in range(20):
            yield Token(text=f"{i}.{k} ")
            if k % 5 == 0:
                await asyncio.sleep(0.001)
        yield Tool(call_id=f"call {i}", name="lookup", state="done", output=i)
        yield Status(step="running_tool", id=f"step {i}", state="done")

async def main(folder):
    log = SqliteLog(folder)
    await log.start()
    runner = Runner(log)

    async def show(run_id):
        async for entry in log.follow(run_id):
            sys.stdout.write(entry.line() + "\\n")
            sys.stdout.flush()

    runs = [await runner.start(agent, Request(question=str(n), session_id="s")) for n in (2, 10_000, 10_000)]
    print("started", flush=True)
    await asyncio.gather(*map(show, runs))

asyncio.run(main(Path(sys.argv[1])))
"""


def shown_until_killed(folder: Path, seconds: float) -> list[Entry]:
    """Starts three runs in a process, kills it, and returns what its readers had been given."""
    command = [sys.executable, "-c", WORKER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        output = process.stdout.read()
        killer.join()
    whole_lines = output[: output.rfind(b"\n") + 1].split(b"\n")[:-1]
    return [Entry.from_line(line) for line in whole_lines]


async def after_restart(folder: Path, limit: int) -> dict[str, list[Entry]]:
    log = SqliteLog(folder)
    await log.start()
    runs = await log.runs("s", limit)
    assert [run for run in runs if run.is_open] == []
    kept = {run.run_id: await log.read(run.run_id) for run in runs}
    await log.close()
    return kept


def test_a_process_that_is_killed_has_shown_nothing_that_is_lost(tmp_path: Path) -> None:
    draw = random.Random(20)
    shown_at_all = 0
    for _ in range(KILLS):
        shown = shown_until_killed(tmp_path, draw.uniform(0.0, 0.25))
        kept = asyncio.run(after_restart(tmp_path, limit=3))
        shown_at_all += len(shown)
        for entry in shown:
            stored = kept[entry.run_id][entry.seq - 1]
            assert (stored.seq, stored.type, stored.payload) == (entry.seq, entry.type, entry.payload)
    kept = asyncio.run(after_restart(tmp_path, limit=10_000))
    assert shown_at_all > 500
    assert len(kept) == 3 * KILLS
    for entries in kept.values():
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert [entry.type for entry in entries].count("done") == 1
        view = fold(entries)
        end = entries[-1].event
        assert isinstance(end, Done)
        assert view.stream.outcome in ("completed", "interrupted")
        if view.stream.outcome == "interrupted":
            assert end.partial == bool(view.message.answer)
            assert view.error is not None and view.error.code == "worker_lost"
        assert [step for step in view.stream.steps if step.state == "running"] == []
        assert [tool for tool in view.tools if tool.state == "running"] == []
        whole = "".join(f"{i}.{k} " for i in range(len(view.stream.steps)) for k in range(20))
        assert whole.startswith(view.message.answer)
    assert any(fold(entries).stream.partial for entries in kept.values())
