"""A simulated pace: what an agent says, as slowly as another one would have said it.

The built-in agent answers in milliseconds, and people want to feel a hosted one. A paced run is
marked as such in its log (a `pace` trace) and in its run record.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from agent.drive import events_of
from agent.errors import UsageError
from agent.events import Event, Input, Json, Status, Token, Trace
from agent.request import Request
from agent.run import Agent


@dataclass(frozen=True)
class Pace:
    """Medians; what is drawn varies around them log-normally, with `spread` as its sigma."""

    step_seconds: float
    first_token_seconds: float
    tokens_per_second: float
    spread: float = 0.25


PROFILES = {
    "hosted": Pace(step_seconds=0.7, first_token_seconds=0.6, tokens_per_second=60),
    "slow-agent": Pace(step_seconds=3.0, first_token_seconds=2.0, tokens_per_second=30),
    "local-cpu": Pace(step_seconds=0.3, first_token_seconds=4.0, tokens_per_second=8),
}
"""Round figures for three situations that people know; not measurements of a product."""


def paced(agent: Agent, profile: str, seed: int = 0) -> Agent:
    """The agent at that pace; itself where `profile` is empty. Raises UsageError for an unknown profile."""
    if not profile:
        return agent
    if profile not in PROFILES:
        raise UsageError(f"no pace {profile!r}: expected one of {', '.join(PROFILES)}, or nothing for as it is")
    pace = PROFILES[profile]

    async def at_pace(request: Request) -> AsyncGenerator[Event, Input | None]:
        metronome = _Metronome(pace, random.Random(seed))
        drawn: Json = {"profile": profile, "seed": seed, **vars(pace)}
        yield Trace(name="pace", data=drawn)
        events = events_of(agent, request)
        send = getattr(events, "asend", None)
        reply: Input | None = None
        try:
            while True:
                event: Event = await (send(reply) if send else anext(events))
                await metronome.wait_for(event)
                reply = yield event
        except StopAsyncIteration:
            return
        finally:
            if (close := getattr(events, "aclose", None)) is not None:
                await close()

    return at_pace


class _Metronome:
    """Knows when an event is due. Time that the agent really took counts."""

    def __init__(self, pace: Pace, draw: random.Random) -> None:
        self._pace, self._draw = pace, draw
        self._opened: dict[str, float] = {}
        self._next_token: float | None = None

    async def wait_for(self, event: Event) -> None:
        now = asyncio.get_running_loop().time()
        due = now
        if isinstance(event, Token):
            due = now + self._drawn(self._pace.first_token_seconds) if self._next_token is None else self._next_token
            self._next_token = max(due, now) + self._drawn(1 / self._pace.tokens_per_second)
        elif isinstance(event, Status) and event.state == "running":
            self._opened[event.id] = now
        elif isinstance(event, Status) and event.id in self._opened and event.step != "generating":
            due = self._opened.pop(event.id) + self._drawn(self._pace.step_seconds)
        if due > now:
            await asyncio.sleep(due - now)

    def _drawn(self, median: float) -> float:
        return median * self._draw.lognormvariate(0, self._pace.spread)
