"""A simulated pace: later, but the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.errors import UsageError
from agent.events import Event, Input, Status, Token, Trace
from agent.pacing import PROFILES, Pace, paced
from agent.request import Request
from tests.streams import says, words

pytestmark = pytest.mark.anyio

SAID: list[Event] = [
    Status(step="interpreting"),
    Status(step="interpreting", state="done"),
    Status(step="retrieving"),
    Status(step="retrieving", state="done"),
    Status(step="generating"),
    *[Token(text=f"{i} ") for i in range(10)],
    Status(step="generating", state="done"),
]


class Clock:
    """A clock that jumps to the end of each sleep."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        patch.setattr(asyncio, "sleep", self._sleep)
        patch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds


async def played(profile: str, seed: int, said: list[Event] = SAID, work: float = 0) -> list[tuple[float, Event]]:
    """When each event came, in seconds of a simulated clock; the agent itself works `work` seconds at each."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)

        async def agent(request: Request) -> AsyncIterator[Event]:
            for event in said:
                clock.now += work
                yield event

        return [(round(clock.now, 6), event) async for event in paced(agent, profile, seed)(Request(question="?"))]


async def test_the_same_seed_gives_the_same_delays() -> None:
    assert await played("hosted", 3) == await played("hosted", 3)
    assert [at for at, _ in await played("hosted", 3)] != [at for at, _ in await played("hosted", 4)]


@pytest.mark.parametrize("profile", PROFILES)
async def test_nothing_is_changed_but_the_time_and_the_mark(profile: str) -> None:
    events = [event for _, event in await played(profile, 1)]
    assert events[1:] == SAID
    mark = events[0]
    assert isinstance(mark, Trace) and mark.name == "pace"
    assert (mark.data["profile"], mark.data["seed"]) == (profile, 1)


async def test_the_pace_is_that_of_its_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without spread, every time is known."""
    monkeypatch.setitem(PROFILES, "exact", Pace(step_seconds=2, first_token_seconds=3, tokens_per_second=10, spread=0))
    assert [at for at, _ in await played("exact", 0)] == [
        0,  # the mark
        *(0, 2, 2, 4, 4),
        *(round(7 + i / 10, 6) for i in range(10)),
        7.9,
    ]


async def test_time_that_the_agent_really_took_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "exact", Pace(step_seconds=2, first_token_seconds=3, tokens_per_second=10, spread=0))
    said: list[Event] = [Status(step="a"), Status(step="a", state="done")]
    assert [at for at, _ in await played("exact", 0, said, work=1.5)] == [0, 1.5, 3.5]
    assert [at for at, _ in await played("exact", 0, said, work=5)] == [0, 5, 10]


async def test_an_unknown_pace_is_refused_and_none_is_as_it_is() -> None:
    agent = says()
    assert paced(agent, "") is agent
    with pytest.raises(UsageError, match="no pace 'warp': expected one of hosted, slow-agent, local-cpu"):
        paced(agent, "warp")


async def test_a_paced_agent_may_ask_and_is_closed() -> None:
    closed: list[str] = []

    async def asking(request: Request):  # type: ignore[no-untyped-def]
        try:
            reply = yield Input(id="q", prompt="?")
            yield Token(text=str(reply.value))
            yield Token(text="never")
        finally:
            closed.append("asking")

    events = paced(asking, "hosted")(Request(question="?"))
    assert [words(await anext(events)), words(await anext(events))] == ["trace pace", "input q requested"]
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        said = await events.asend(Input(id="q", state="answered", value="yes"))  # type: ignore[attr-defined]
    assert words(said) == "yes"
    await events.aclose()  # type: ignore[attr-defined]
    assert closed == ["asking"]
