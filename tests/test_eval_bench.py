"""The benches, made small: they measure real runs, and see what is lost."""

import asyncio
import json
from importlib import import_module
from pathlib import Path

import pytest

from agent.entries import Entry
from agent.events import Event, Token
from agent.log import MemoryLog
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog
from eval.bench import log, peers, pipeline
from eval.bench.load import load, through


def test_the_pipeline_bench_names_who_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name.split(".")[0])

    monkeypatch.setattr(peers, "import_module", missing)
    monkeypatch.setattr(pipeline, "SECONDS", 0.5)
    pipeline.show(pipeline.measure(tokens=200, repeats=2), as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert list(rows) == [
        "asyncio-queue",
        "firstlight-memory",
        "firstlight-sqlite",
        "langgraph-custom",
        "pydantic-ai-events",
        "asyncio-queue-500x50",
        "firstlight-sqlite-500x50",
    ]
    for name in ("asyncio-queue", "firstlight-memory", "firstlight-sqlite", "firstlight-sqlite-500x50"):
        assert rows[name]["us_per_event"] > 0
    assert rows["langgraph-custom"]["us_per_event"] is None
    assert rows["langgraph-custom"]["skipped"] == "langgraph is not installed: see requirements-bench.txt"
    assert "pydantic_ai" in rows["pydantic-ai-events"]["skipped"]


@pytest.mark.parametrize("name", ["langgraph_custom", "pydantic_ai_events"])
def test_a_peer_delivers_every_token(name: str) -> None:
    assert asyncio.run(getattr(import_module("eval.bench.peers"), name)(50)) == 50


def test_the_load_is_what_was_asked_for() -> None:
    async def measure() -> None:
        memory = MemoryLog()
        found = await load(through(memory, 5), streams=5, rate=20, seconds=1.0)
        assert 0.5 * 100 <= found.events <= 1.2 * 100
        assert len(found.latencies) == found.events
        assert all(latency >= 0 for latency in found.latencies)
        assert {run.state for run in await memory.runs()} == {"completed"}

    asyncio.run(measure())


def test_nothing_shown_is_lost_when_the_writer_is_killed() -> None:
    shown, lost, left_open = log.kill_once(0.2)
    assert shown > 0
    assert (lost, left_open) == (0, 0)


def test_the_kill_bench_sees_a_loss(tmp_path: Path) -> None:
    async def write() -> list[Entry]:
        store = SqliteLog(tmp_path)
        await store.start()
        runner = Runner(store)

        async def say(_: Request):  # type: ignore[no-untyped-def]
            event: Event = Token(text="stored")
            yield event

        run_id = await runner.start(say, Request(question="q"))
        await runner.wait(run_id)
        entries = await store.read(run_id)
        await store.close()
        return entries

    entries = asyncio.run(write())
    assert asyncio.run(log._check(tmp_path, entries)) == (0, 0)
    beyond = entries[0]._replace(seq=99)
    other = entries[0]._replace(payload=b'{"text":"other","channel":"answer","offset":0}')
    assert asyncio.run(log._check(tmp_path, [*entries, beyond, other])) == (2, 0)
