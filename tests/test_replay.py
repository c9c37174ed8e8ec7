"""Recordings and replays: what was said is said again, when it was said."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from agent.entries import Entry, payload_of
from agent.errors import BadRecording, UsageError
from agent.events import Done, Error, Event, Input, Outcome, Status, Token, Tool, Trace
from agent.home import open_core
from agent.replay import Recording, recording_of
from agent.request import Limits, Request
from agent.run import Agent, Runner
from tests.streams import ended, new_run, said, says

pytestmark = pytest.mark.anyio


def recorded(*events: Event, outcome: Outcome = "completed", seconds: float = 0.0) -> Recording:
    """A recording whose entries are `seconds` apart."""
    everything = [*events, Done(outcome=outcome, latency_ms=0)]
    entries = [Entry("r1", i + 1, (i + 1) * seconds, e.type, payload_of(e)) for i, e in enumerate(everything)]
    return Recording(new_run(), tuple(entries))


async def record(runner: Runner, agent: Agent, limits: Limits | None = None) -> Recording:
    run_id = await runner.start(agent, Request(question="?", limits=limits or Limits()))
    await runner.wait(run_id)
    return await recording_of(runner.log, run_id)


async def replayed(runner: Runner, recording: Recording, speed: float = 1000) -> list[str]:
    return await ended(runner, await runner.start(recording.agent(speed), Request(question="?")))


async def test_a_recording_survives_its_file(runner: Runner, tmp_path: Path) -> None:
    texts = ["line\u2028separator", "next\x85line", "\x1c\x0b\r\n", "🙂\x00é"]
    recording = await record(
        runner,
        says(
            Status(step="retrieving"),
            *(Token(text=text) for text in texts),
            Tool(call_id="1", name="t", output=[None, *texts]),
            Trace(name="usage", data={"tokens": 3}),
        ),
    )
    file = tmp_path / "run.jsonl"
    recording.save(file)
    loaded = Recording.load(file)
    assert loaded.run == recording.run
    assert [(e.seq, e.type, e.payload) for e in loaded.entries] == [
        (e.seq, e.type, e.payload) for e in recording.entries
    ]
    assert [entry.at for entry in loaded.entries] == pytest.approx([entry.at for entry in recording.entries], abs=1e-6)
    loaded.save(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()


async def test_a_replay_says_what_was_said(runner: Runner) -> None:
    recording = await record(
        runner,
        says(
            Status(step="retrieving", label="Looking"),
            Tool(call_id="1", name="lookup"),
            Tool(call_id="1", name="lookup", state="done", output=4),
            Token(text="a "),
            Token(text="b"),
            Trace(name="usage", data={"tokens": 3}),
        ),
    )
    run_id = await runner.start(recording.agent(1000), Request(question="?"), name="replay", replay_of="r1")
    assert await ended(runner, run_id) == said(recording.entries)
    entries = await runner.log.read(run_id)
    assert [entry.payload for entry in entries[:-1]] == [entry.payload for entry in recording.entries[:-1]]
    done = entries[-1].event
    assert isinstance(done, Done) and done.usage == {"tokens": 3}
    assert (await runner.log.run(run_id)).replay_of == "r1"


async def test_a_replay_of_a_cancelled_run_ends_cancelled(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="generating")
        yield Token(text="half")
        await asyncio.Event().wait()

    run_id = await runner.start(agent, Request(question="?"))
    while len(await runner.log.read(run_id)) < 2:
        await asyncio.sleep(0)
    await runner.cancel(run_id)
    recording = await recording_of(runner.log, run_id)
    expected = ["generating running", "half", "generating skipped (Stopped)", "done cancelled partial"]
    assert said(recording.entries) == expected
    assert await replayed(runner, recording) == expected


async def test_a_replay_of_a_timeout_and_of_a_failure_end_as_they_did(runner: Runner) -> None:
    async def silent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="half")
        await asyncio.Event().wait()

    timeout = await record(runner, silent, Limits(idle=0.05))
    assert await replayed(runner, timeout) == [
        "half",
        "error idle: Nothing was heard for 0.05 s.",
        "done timeout partial",
    ]

    async def failing(request: Request) -> AsyncIterator[Event]:
        yield Token(text="half")
        raise RuntimeError("no")

    failure = await record(runner, failing)
    assert await replayed(runner, failure) == ["half", "error agent_error: RuntimeError: no", "done error partial"]
    lost = recorded(Token(text="half"), Error(code="worker_lost", message="gone"), outcome="interrupted")
    assert await replayed(runner, lost) == ["half", "error worker_lost: gone", "done interrupted partial"]


async def test_an_answered_question_is_not_asked_again(runner: Runner) -> None:
    async def asking(request: Request) -> AsyncGenerator[Event, Input | None]:
        reply = yield Input(id="q", prompt="Which?")
        assert reply is not None
        yield Token(text=f"{reply.value}")

    run_id = await runner.start(asking, Request(question="?"))
    while (await runner.log.run(run_id)).state != "waiting_input":
        await asyncio.sleep(0)
    await runner.answer(run_id, "q", "NVDA")
    await runner.wait(run_id)
    lines = await replayed(runner, await recording_of(runner.log, run_id))
    assert lines == ["input q answered 'NVDA'", "NVDA", "done completed"]


@pytest.mark.parametrize("speed", [0.5, 1, 4])
async def test_a_replay_keeps_the_times_and_does_not_drift(speed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every timer is 7 ms late, a thousand times: the last event is 7 ms late too, not 7 s."""
    recording = recorded(*(Token(text=f"{i} ") for i in range(1000)), seconds=0.05)
    now = 1000.0

    async def late_sleep(seconds: float) -> None:
        nonlocal now
        now += seconds + 0.007

    monkeypatch.setattr(asyncio, "sleep", late_sleep)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    came = [now - 1000 async for _ in recording.agent(speed)(Request(question="?"))]
    due = [entry.at / speed for entry in recording.entries[:-1]]
    assert came == pytest.approx([at + 0.007 for at in due], abs=1e-6)


async def test_a_replay_takes_its_time(runner: Runner) -> None:
    recording = recorded(Token(text="a"), Token(text="b"), seconds=0.1)
    run_id = await runner.start(recording.agent(1), Request(question="?"))
    await runner.wait(run_id)
    times = [entry.at for entry in await runner.log.read(run_id)]
    assert all(at >= due - 0.002 for at, due in zip(times, (0.1, 0.2, 0.3), strict=True))


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
async def test_a_speed_is_greater_than_nothing(speed: float, data: Path) -> None:
    recording = recorded()
    with pytest.raises(UsageError, match="a speed is greater than 0"):
        recording.agent(speed)
    async with open_core(data) as core:
        with pytest.raises(UsageError, match="a speed is greater than 0"):
            await core.replay(recording, speed)


async def test_a_replay_has_the_time_that_its_recording_took(data: Path) -> None:
    """The recorded run waited for its user for longer than a run may be silent."""
    recording = recorded(Token(text="a"), Token(text="b"), seconds=500)
    async with open_core(data, limits=Limits(deadline=1, idle=1)) as core:
        run = await core.log.run(await core.replay(recording, speed=2))
    limits = Limits.model_validate(run.request["limits"])
    assert limits.deadline > 750 and limits.idle > 250
    assert (run.agent, run.replay_of) == ("replay", "r1")


async def test_only_a_whole_run_can_be_recorded(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        await asyncio.Event().wait()

    run_id = await runner.start(agent, Request(question="?"))
    with pytest.raises(UsageError, match="has not ended yet"):
        await recording_of(runner.log, run_id)


def lines_of(recording: Recording, file: Path) -> list[str]:
    recording.save(file)
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda lines: [], "line 1"),
        (lambda lines: ["[]", *lines[1:]], "line 1"),
        (lambda lines: [lines[0][:-5], *lines[1:]], "line 1"),
        (lambda lines: lines[1:], "line 1"),
        (lambda lines: [*lines[:2], lines[2][:-3], *lines[3:]], "line 3"),
        (lambda lines: [*lines[:2], "", *lines[2:]], "line 3"),
        (lambda lines: [*lines[:2], "3", *lines[3:]], "line 3"),
        (lambda lines: [*lines[:2], lines[2].replace('"token"', '"shout"'), *lines[3:]], "line 3"),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3: entry 3"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "line 4: entry 2"),
        (lambda lines: lines[:-1], "line 4: entry 3, token"),
        (lambda lines: [*lines, lines[-1].replace('"seq": 4', '"seq": 5')], "line 5: entry 4, done"),
        (lambda lines: lines[:1], "has no entries"),
    ],
    ids=lambda value: value.replace(":", "") if isinstance(value, str) else "damage",
)
def test_a_damaged_recording_is_refused_with_its_line(damage, named: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "run.jsonl"
    lines = damage(lines_of(recorded(*(Token(text=text) for text in "abc")), file))
    file.write_text("\n".join(lines) + ("\n" if lines else ""), encoding="utf-8")
    with pytest.raises(BadRecording, match=named):
        Recording.load(file)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadRecording, match="cannot read the recording"):
        Recording.load(file)
    with pytest.raises(BadRecording, match="cannot read the recording"):
        Recording.load(tmp_path / "missing.jsonl")


def test_a_recording_is_lines_of_json_that_anybody_can_read(tmp_path: Path) -> None:
    lines = lines_of(recorded(Token(text="Größe")), tmp_path / "run.jsonl")
    assert json.loads(lines[0])["run"]["run_id"] == "r1"
    assert json.loads(lines[1]) == {
        "run_id": "r1",
        "seq": 1,
        "at": 0.0,
        "type": "token",
        "text": "Größe",
        "channel": "answer",
        "offset": 0,
    }
