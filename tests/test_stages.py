"""Stages: side by side, with a limit, with another try."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from agent.errors import FirstlightError, StageTimeout, Transient
from agent.events import Event, Input, Status, Token
from agent.stages import Stage, limited, merge, retry
from tests.streams import words

pytestmark = pytest.mark.anyio


async def collected(stage: Stage, answer: Callable[[Input], Input] | None = None) -> list[str]:
    """What a stage says; its questions are answered by `answer`."""
    lines: list[str] = []
    reply: Input | None = None
    try:
        while True:
            event = await stage.asend(reply)
            reply = answer(event) if answer and isinstance(event, Input) else None
            lines.append(words(event))
    except StopAsyncIteration:
        return lines


async def counting(name: str, count: int, closed: list[str] | None = None) -> Stage:
    try:
        for i in range(count):
            await asyncio.sleep(0)
            yield Token(text=f"{name}{i}")
    finally:
        if closed is not None:
            closed.append(name)


# --- merge


async def test_stages_run_side_by_side() -> None:
    """Each waits for the other, so one after the other would never end."""
    first, second = asyncio.Event(), asyncio.Event()

    async def a() -> Stage:
        first.set()
        await second.wait()
        yield Token(text="a")

    async def b() -> Stage:
        await first.wait()
        second.set()
        yield Token(text="b")

    assert sorted(await asyncio.wait_for(collected(merge(a(), b())), 30)) == ["a", "b"]


async def test_merged_stages_interleave_and_keep_their_own_order() -> None:
    lines = await collected(merge(counting("a", 5), counting("b", 5), counting("c", 2)))
    assert sorted(lines) == sorted([*(f"a{i}" for i in range(5)), *(f"b{i}" for i in range(5)), "c0", "c1"])
    for name in "abc":
        own = [line for line in lines if line.startswith(name)]
        assert own == sorted(own)
    assert lines.index("b0") < lines.index("a4"), "b did not wait for the end of a"


async def test_merging_nothing() -> None:
    assert await collected(merge()) == []


async def test_a_failing_stage_ends_the_others_with_its_own_exception() -> None:
    closed: list[str] = []

    async def failing() -> Stage:
        yield Token(text="so far")
        raise LookupError("lost")

    async def waiting() -> Stage:
        try:
            yield Token(text="waiting")
            await asyncio.Event().wait()
        finally:
            closed.append("waiting")

    lines: list[str] = []
    with pytest.raises(LookupError, match="lost"):
        async for event in merge(waiting(), failing()):
            lines.append(words(event))
    assert sorted(lines) == ["so far", "waiting"]
    assert closed == ["waiting"]


async def test_a_stage_that_exits_the_process_fails_alone() -> None:
    async def exiting() -> Stage:
        yield Token(text="a")
        sys.exit(3)

    with pytest.raises(FirstlightError, match=r"a stage called sys.exit\(3\)"):
        await collected(merge(exiting(), counting("b", 1)))


async def test_leaving_a_merge_closes_its_stages() -> None:
    closed: list[str] = []
    merged = merge(counting("a", 100, closed), counting("b", 100, closed))
    async for _ in merged:
        break
    await merged.aclose()
    assert sorted(closed) == ["a", "b"]
    assert [task for task in asyncio.all_tasks() if "pump" in repr(task.get_coro())] == []


async def test_merged_stages_get_their_own_answers() -> None:
    async def asking(name: str) -> Stage:
        for i in range(3):
            reply = yield Input(id=f"{name}{i}", prompt="?")
            assert reply is not None and reply.id == f"{name}{i}"
            yield Token(text=f"{reply.value}")

    def answer(question: Input) -> Input:
        return question.model_copy(update={"state": "answered", "value": question.id.upper()})

    lines = await collected(merge(asking("a"), asking("b")), answer)
    assert [line for line in lines if line.startswith("A")] == ["A0", "A1", "A2"]
    assert [line for line in lines if line.startswith("B")] == ["B0", "B1", "B2"]


# --- limited


async def test_a_stage_within_its_limit_is_passed_on() -> None:
    assert await collected(limited(counting("a", 3), 60, "retrieving")) == ["a0", "a1", "a2"]
    assert await collected(limited(counting("a", 3), None, "retrieving")) == ["a0", "a1", "a2"]


async def test_a_stage_that_takes_too_long_is_closed() -> None:
    closed: list[str] = []

    async def slow() -> Stage:
        try:
            yield Token(text="a")
            await asyncio.Event().wait()
        finally:
            closed.append("slow")

    lines: list[str] = []
    with pytest.raises(StageTimeout, match=r"the step 'retrieving' took longer than its limit of 0.05 s") as late:
        async for event in limited(slow(), 0.05, "retrieving"):
            lines.append(words(event))
    assert lines == ["a"] and closed == ["slow"]
    assert (late.value.step, late.value.seconds) == ("retrieving", 0.05)


async def test_the_time_of_a_stage_adds_up() -> None:
    async def steady() -> Stage:
        while True:
            await asyncio.sleep(0.02)
            yield Token(text="a")

    with pytest.raises(StageTimeout):
        async for _ in limited(steady(), 0.1, "retrieving"):
            pass


async def test_the_time_in_which_the_consumer_holds_an_event_does_not_count() -> None:
    async def stage() -> Stage:
        yield Token(text="a")
        reply = yield Input(id="q", prompt="?")
        assert reply is not None
        yield Token(text=f"{reply.value}")

    stages = limited(stage(), 5, "interpreting")
    reply: Input | None = None
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        clock, jumped = asyncio.get_running_loop().time, 0.0
        patch.setattr(asyncio.get_running_loop(), "time", lambda: clock() + jumped)
        try:
            while True:
                event = await stages.asend(reply)
                jumped += 100  # the consumer takes a hundred seconds
                lines.append(words(event))
                reply = Input(id="q", state="answered", value="yes") if isinstance(event, Input) else None
        except StopAsyncIteration:
            pass
    assert lines == ["a", "input q requested", "yes"]


async def test_a_timeout_of_the_stages_own_is_not_taken_for_the_limit() -> None:
    async def impatient() -> Stage:
        yield Token(text="a")
        raise TimeoutError("the server did not answer")

    with pytest.raises(TimeoutError, match="the server did not answer"):
        await collected(limited(impatient(), 60, "retrieving"))


def test_a_limit_holds_on_an_event_loop_with_coarse_timers() -> None:
    """uvloop rounds timers to milliseconds, so one may fire a little before its time."""
    uvloop: Any = pytest.importorskip("uvloop")

    async def slow() -> Stage:
        await asyncio.Event().wait()
        yield Token(text="never")

    async def main() -> None:
        for i in range(20):
            with pytest.raises(StageTimeout):
                await collected(limited(slow(), 0.0101 + i * 0.00005, "retrieving"))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


# --- retry


def failing_times(failures: int, before: Event | None = None) -> Callable[[], Stage]:
    left = failures

    async def stage() -> AsyncGenerator[Event, Input | None]:
        nonlocal left
        if before is not None:
            yield before
        if left:
            left -= 1
            raise Transient(f"busy ({left} left)")
        yield Token(text="well")

    return stage


async def test_a_transient_failure_is_tried_again_and_seen() -> None:
    assert await collected(retry(failing_times(0), delay=0)) == ["well"]
    assert await collected(retry(failing_times(1), delay=0)) == ["trace retry", "well"]
    assert await collected(retry(failing_times(2), delay=0)) == ["trace retry", "trace retry", "warning retry", "well"]


async def test_a_stage_is_not_tried_for_ever() -> None:
    lines: list[str] = []
    with pytest.raises(Transient, match="0 left"):
        async for event in retry(failing_times(3), delay=0):
            lines.append(words(event))
    assert lines == ["trace retry", "trace retry", "warning retry"]


async def test_a_stage_that_has_spoken_is_not_tried_again() -> None:
    """It would say everything twice."""
    lines: list[str] = []
    with pytest.raises(Transient):
        async for event in retry(failing_times(1, before=Status(step="a")), delay=0):
            lines.append(words(event))
    assert lines == ["a running"]


async def test_other_failures_are_not_tried_again() -> None:
    tries = 0

    async def broken() -> Stage:
        nonlocal tries
        tries += 1
        raise ValueError("a bug")
        yield

    with pytest.raises(ValueError, match="a bug"):
        await collected(retry(broken, delay=0))
    assert tries == 1


async def test_the_delays_grow_and_are_drawn_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def delays(seed: int) -> list[float]:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "sleep", sleep)
            await collected(retry(failing_times(4), attempts=5, delay=1, seed=seed))
        return slept

    slept = await delays(1)
    assert slept == await delays(1) != await delays(2)
    assert len(slept) == 4
    assert all(0.5 * 2**i <= seconds <= 1.5 * 2**i for i, seconds in enumerate(slept))
