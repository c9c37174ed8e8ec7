"""Starting a run for a caller: what may be asked, how often, and once for one idempotency key."""

import asyncio
import hashlib
import os
from dataclasses import dataclass
from weakref import WeakValueDictionary

from agent.errors import UnknownAgent
from agent.registry import NAMES, chosen
from agent.request import Limits, Once, Run
from apps.v1.access import Caller
from apps.v1.bodies import NewRun, Started
from apps.v1.context import Context
from apps.v1.problems import Refused

_starting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""Of idempotency keys with which somebody starts a run right now."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A run, and whether this very request has started it."""

    run: Run
    is_new: bool

    def told(self, here: Context) -> dict[str, str]:
        """The body of the answer."""
        return Started(
            run_id=self.run.run_id,
            session_id=self.run.session_id,
            status=self.run.state,
            events_url=f"/v1/runs/{self.run.run_id}/events",
            token=here.access.tokens.of_run(self.run.run_id),
        ).model_dump()


async def start(
    here: Context, who: Caller, asked: NewRun, idempotency_key: str = "", *, join: bool = False
) -> Beginning:
    """`join`: the key stands for its run whatever is asked with it. Raises Refused, UnknownAgent, Busy,
    LogUnavailable, and UsageError for what cannot be asked."""
    who.may_ask(asked.session_id)
    _known(asked.agent)
    if not idempotency_key:
        return Beginning(await _ask(here, who, asked), is_new=True)
    once = Once(f"{who.space}:{idempotency_key}", "" if join else _fingerprint(asked))
    async with _starting.setdefault(once.key, asyncio.Lock()):
        if (run := await _started(here, once)) is not None:
            return Beginning(run, is_new=False)
        return Beginning(await _ask(here, who, asked, once), is_new=True)


async def _ask(here: Context, who: Caller, asked: NewRun, once: Once | None = None) -> Run:
    await here.limits.start(who.name)
    return await here.sessions.ask(
        asked.question,
        asked.session_id,
        pace=asked.pace,
        collection=asked.collection,
        model=asked.model,
        agent=asked.agent,
        limits=None if asked.deadline is None else Limits(deadline=asked.deadline),
        once=once,
    )


async def _started(here: Context, once: Once) -> Run | None:
    """The run that this key has started. Raises Refused where that was another question."""
    found = await here.core.log.started(once.key)
    if found is None:
        return None
    run_id, fingerprint = found
    if fingerprint != once.fingerprint:
        raise Refused(422, "idempotency_key", "this idempotency key has started a run with another body")
    return await here.core.log.run(run_id)


def _fingerprint(asked: NewRun) -> str:
    fields = asked.model_dump_json(include=set(NewRun.model_fields))
    return hashlib.sha256(fields.encode()).hexdigest()


def agents() -> list[str]:
    """The agents that may be asked for by name: an import path from outside would run any code there is."""
    named = os.environ.get("FIRSTLIGHT_AGENTS", "").split(",")
    return list(dict.fromkeys([chosen(), *NAMES, *(name.strip() for name in named if name.strip())]))


def _known(agent: str) -> None:
    if agent and agent not in agents():
        raise UnknownAgent(f"no agent {agent!r} on this server: expected one of {', '.join(agents())}")
