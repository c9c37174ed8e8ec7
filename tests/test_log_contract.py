"""What every event log promises, asked of each implementation."""

import asyncio

import pytest

from agent.entries import Entry
from agent.errors import FirstlightError, UnknownRun, UnknownSession, UsageError
from agent.events import Artifact, Done, Error, Status, Token
from agent.log import EventLog, new_id
from agent.request import Once
from tests.streams import new_run, said, write_run

pytestmark = pytest.mark.anyio

DONE = Done(outcome="completed", latency_ms=1)


async def followed(log: EventLog, run_id: str, after: int = 0) -> list[Entry]:
    return [entry async for entry in log.follow(run_id, after)]


async def test_entries_come_in_order_and_end_with_done(event_log: EventLog) -> None:
    await event_log.create(new_run())
    event_log.append("r1", Status(step="retrieving"), 0.1)
    event_log.append("r1", Token(text="Hel"), 0.2)
    event_log.append("r1", Token(text="lo"), 0.3)
    event_log.append("r1", Token(text="hm", channel="reasoning"), 0.4)
    assert event_log.finish("r1", "completed", [Status(step="retrieving", state="done"), DONE], 0.5)
    entries = await followed(event_log, "r1")
    assert said(entries) == ["retrieving running", "Hel", "lo", "thinks hm", "retrieving done", "done completed"]
    assert [(entry.run_id, entry.seq, entry.at) for entry in entries] == [
        ("r1", i + 1, at) for i, at in enumerate((0.1, 0.2, 0.3, 0.4, 0.5, 0.5))
    ]
    assert [entry.event.offset for entry in entries if isinstance(entry.event, Token)] == [0, 3, 0]


async def test_a_reader_may_resume_after_any_entry(event_log: EventLog) -> None:
    await write_run(event_log, "one two three four five six".split())
    whole = await event_log.read("r1")
    assert [entry.seq for entry in whole] == [1, 2, 3, 4, 5, 6, 7]
    for k in range(len(whole) + 1):
        assert await event_log.read("r1", after=k) == whole[k:]
        assert await followed(event_log, "r1", after=k) == whole[k:]
    assert await event_log.read("r1", after=99) == []
    assert await followed(event_log, "r1", after=99) == []


async def test_readers_that_come_and_go_at_any_time_see_the_same(event_log: EventLog) -> None:
    """Each reader is cut after every k-th entry, and comes back with the last number that it saw."""
    await event_log.create(new_run())

    async def cut_reader(k: int) -> list[Entry]:
        seen: list[Entry] = []
        while not seen or seen[-1].type != "done":
            async for entry in event_log.follow("r1", after=len(seen)):
                seen.append(entry)
                if len(seen) % k == 0:
                    break
        return seen

    readers = [asyncio.create_task(cut_reader(k)) for k in (1, 2, 3, 7, 100)]
    for i in range(60):
        event_log.append("r1", Token(text=f"{i} "), i / 100)
        if i % 4 == 0:
            await asyncio.sleep(0)
        if i == 30:
            readers.append(asyncio.create_task(cut_reader(5)))
    event_log.finish("r1", "completed", [DONE], 0.6)
    seen = await asyncio.gather(*readers)
    whole = await event_log.read("r1")
    assert len(whole) == 61
    assert all(entries == whole for entries in seen)


async def test_a_reader_may_wait_before_the_first_entry(event_log: EventLog) -> None:
    await event_log.create(new_run())
    reader = asyncio.create_task(followed(event_log, "r1"))
    await asyncio.sleep(0.01)
    assert not reader.done()
    event_log.append("r1", Token(text="a"), 0.1)
    event_log.finish("r1", "completed", [DONE], 0.2)
    assert said(await reader) == ["a", "done completed"]


async def test_a_slow_reader_holds_nobody_up_and_misses_nothing(event_log: EventLog) -> None:
    await event_log.create(new_run())
    slow = event_log.follow("r1")
    event_log.append("r1", Token(text="0 "), 0.1)
    first = await anext(slow)
    for i in range(1, 500):
        event_log.append("r1", Token(text=f"{i} "), 0.1)
    event_log.finish("r1", "completed", [DONE], 0.2)
    quick = await followed(event_log, "r1")
    assert len(quick) == 501
    assert [first, *[entry async for entry in slow]] == quick


async def test_a_reader_that_leaves_while_it_waits_hurts_nobody(event_log: EventLog) -> None:
    await event_log.create(new_run())
    leaving = asyncio.create_task(followed(event_log, "r1"))
    staying = asyncio.create_task(followed(event_log, "r1"))
    await asyncio.sleep(0.01)
    leaving.cancel()
    event_log.finish("r1", "completed", [DONE], 0.2)
    assert said(await staying) == ["done completed"]


async def test_waiting_ends_with_the_run(event_log: EventLog) -> None:
    await event_log.create(new_run())
    event_log.append("r1", Token(text="a"), 0.1)
    assert await event_log.wait("r1", after=0) is True
    waiting = asyncio.create_task(event_log.wait("r1", after=2))
    event_log.finish("r1", "completed", [DONE], 0.2)
    assert await waiting is False


async def test_what_was_never_there_is_unknown(event_log: EventLog) -> None:
    for ask in (
        lambda: event_log.run("r404"),
        lambda: event_log.read("r404"),
        lambda: event_log.wait("r404", 0),
        lambda: followed(event_log, "r404"),
    ):
        with pytest.raises(UnknownRun, match="r404"):
            await ask()
    with pytest.raises(UnknownRun, match="r404"):
        event_log.append("r404", Token(text="a"), 0)
    with pytest.raises(UnknownSession, match="s404"):
        await event_log.session("s404")


async def test_the_end_comes_once(event_log: EventLog) -> None:
    await event_log.create(new_run())
    assert event_log.finish("r1", "cancelled", [Done(outcome="cancelled", latency_ms=1)], 0.1) is True
    assert event_log.finish("r1", "completed", [DONE], 0.2) is False
    with pytest.raises(FirstlightError, match="has ended"):
        event_log.append("r1", Token(text="late"), 0.3)
    event_log.set_state("r1", "running")
    await event_log.flush("r1")
    assert said(await followed(event_log, "r1")) == ["done cancelled"]
    assert (await event_log.run("r1")).state == "cancelled"


async def test_the_state_is_kept(event_log: EventLog) -> None:
    await event_log.create(new_run())
    assert (await event_log.run("r1")).state == "queued"
    for state in ("running", "waiting_input", "running"):
        event_log.set_state("r1", state)
        event_log.append("r1", Token(text="a"), 0.1)
        await event_log.flush("r1")
        assert (await event_log.run("r1")).state == state
        assert (await event_log.run("r1")).is_open


async def test_a_run_comes_back_as_it_was_made(event_log: EventLog) -> None:
    run = new_run(question="Größe?\n2").model_copy(
        update={"request": {"model": "m", "limits": {"deadline": 3}}, "replay_of": "r0"}
    )
    await event_log.create(run)
    assert await event_log.run("r1") == run


async def test_a_session_is_named_after_its_first_question(event_log: EventLog) -> None:
    await event_log.create(new_run("r1", "s1", "  Is it\n rising?  "))
    await event_log.create(new_run("r2", "s1", "And a year earlier?"))
    session = await event_log.session("s1")
    assert session.title == "Is it rising?"
    await event_log.create(new_run("r3", "s2", "long " * 50))
    assert len((await event_log.session("s2")).title) == 80


async def test_a_session_that_has_a_title_keeps_it(event_log: EventLog) -> None:
    made = await event_log.new_session("Chips", "s1")
    assert await event_log.new_session("Other", "s1") == made
    await event_log.create(new_run("r1", "s1", "Is it rising?"))
    assert (await event_log.session("s1")).title == "Chips"
    assert (await event_log.new_session()).session_id != (await event_log.new_session()).session_id


async def test_runs_and_sessions_come_in_their_order(event_log: EventLog) -> None:
    for i, session_id in enumerate(["s1", "s2", "s1", "s3", "s1"]):
        await event_log.create(new_run(f"r{i}", session_id, f"question {i}", created_at=1000 + i))
    assert [run.run_id for run in await event_log.runs("s1")] == ["r0", "r2", "r4"]
    assert [run.run_id for run in await event_log.runs("s1", limit=2)] == ["r2", "r4"]
    assert [run.run_id for run in await event_log.runs(limit=3)] == ["r4", "r3", "r2"]
    assert [session.session_id for session in await event_log.sessions()] == ["s1", "s3", "s2"]
    assert [session.session_id for session in await event_log.sessions(limit=1)] == ["s1"]
    assert await event_log.runs("s404") == []


async def test_a_long_session_keeps_its_oldest_runs(event_log: EventLog) -> None:
    ids = [f"r{i:03}" for i in range(120)]
    for run_id in ids:
        await event_log.create(new_run(run_id, "s1"))
    assert [run.run_id for run in await event_log.runs("s1")] == ids


async def test_a_run_id_is_taken_once(event_log: EventLog) -> None:
    await event_log.create(new_run())
    with pytest.raises(UsageError, match="'r1' already"):
        await event_log.create(new_run(question="another"))
    assert (await event_log.run("r1")).question == "?"


async def test_nothing_is_stored_that_cannot_be_read_again(event_log: EventLog) -> None:
    """Text that is not Unicode, and JSON that is nested too deep for the parser, would stop every reader."""
    await event_log.create(new_run())
    deep: list[object] = []
    for _ in range(220):
        deep = [deep]
    for data in ({"text": "\ud800"}, {"deep": deep}):
        with pytest.raises(ValueError):
            event_log.append("r1", Artifact.model_validate({"id": "a", "kind": "value", "data": data}), 0.1)
    event_log.append("r1", Error(code="x", message="y"), 0.2)
    event_log.finish("r1", "error", [Done(outcome="error", latency_ms=1)], 0.3)
    entries = await followed(event_log, "r1")
    assert [entry.seq for entry in entries] == [1, 2]
    assert said(entries) == ["error x: y", "done error"]


async def test_many_runs_at_once_do_not_mix(event_log: EventLog) -> None:
    async def write_and_read(name: str) -> str:
        await event_log.create(new_run(name, "s1"))
        reader = asyncio.create_task(followed(event_log, name))
        for i in range(20):
            event_log.append(name, Token(text=f"{name}.{i} "), 0.1)
            await asyncio.sleep(0)
        event_log.finish(name, "completed", [DONE], 0.2)
        return "".join(entry.event.text for entry in await reader if isinstance(entry.event, Token))

    names = [f"run{i}" for i in range(20)]
    texts = await asyncio.gather(*(write_and_read(name) for name in names))
    assert texts == ["".join(f"{name}.{i} " for i in range(20)) for name in names]


def test_ids_sort_by_birth_and_cannot_be_guessed() -> None:
    ids = [new_id("r") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert [name[2:13] for name in ids] == sorted(name[2:13] for name in ids)
    assert all(len(name) == 2 + 11 + 16 for name in ids)


async def test_a_run_is_found_under_every_key_that_it_was_given(event_log: EventLog) -> None:
    await event_log.create(new_run("r_1"), Once("first", "f"))
    await event_log.also("r_1", Once("second", ""))
    await event_log.also("r_2", Once("first", "other"))
    assert await event_log.started("first") == ("r_1", "f")
    assert await event_log.started("second") == ("r_1", "")
    assert await event_log.started("third") is None
