"""One run being driven: the agent's events on one side, the log on the other.

The generator is driven in one task, and limits are kept by one timer that looks at what is due,
so that a token costs no timer of its own. Whoever decides the end first (the agent, a cancel, a
limit) sets `_verdict`; only `_end` writes `done`, and the log takes it once.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import NamedTuple, cast

from pydantic import JsonValue

from agent import stop
from agent.ending import Ending
from agent.entries import payload_of
from agent.errors import AgentProtocolError, Ended, InputRejected, LogLimit, StageTimeout, Stopped
from agent.events import EVENTS, Done, Error, Event, Input, Outcome, Token, Tool, Trace, Warning
from agent.log import EventLog
from agent.question import check_schema, mismatch
from agent.redact import redacted, said_by
from agent.request import Request
from agent.watchdog import watched

_BREATH_SECONDS = 0.005
_BREATH_EVENTS = 64
_SAYABLE = frozenset(EVENTS.values()) - {Done}
_STUBBORN_SECONDS = 5.0
_MAX_BYTES, _MAX_EVENTS = 64 * 2**20, 200_000
_LARGEST = 16 * 2**20
"""Bytes: a larger event would hold up everybody while it is stored, and again for each reader."""


class Verdict(NamedTuple):
    """How a run ends, and what there is to say about it."""

    outcome: Outcome
    error: Error | None = None


def events_of(agent: Callable[[Request], AsyncIterator[Event]], request: Request) -> AsyncIterator[Event]:
    """What the agent says, begun. Raises AgentProtocolError where it returns anything but an async iterator."""
    events: object = agent(request)
    if isinstance(events, Coroutine):
        events.close()
    if not hasattr(events, "__anext__"):
        kind = type(events).__name__
        raise AgentProtocolError(f"an agent yields events from an async generator; this one returned {kind!r}")
    return cast(AsyncIterator[Event], events)


class Drive:
    """Drives `agent` for one run, from the moment it is made; the Runner makes it."""

    def __init__(
        self,
        log: EventLog,
        run_id: str,
        agent: Callable[[Request], AsyncIterator[Event]],
        request: Request,
        submitted: float,
        slots: asyncio.Semaphore,
    ) -> None:
        self.run_id = run_id
        self._log, self._agent, self._request = log, agent, request
        self._submitted, self._slots = submitted, slots
        self._began_at = self._last_event = self._breath = submitted
        self._ending = Ending()
        self._verdict: Verdict | None = None
        self._began = False
        self._ended = asyncio.Event()
        self._question: tuple[Input, asyncio.Future[Input]] | None = None
        self._steps_since: dict[str, float] = {}
        self._watchdog: asyncio.TimerHandle | None = None
        self._overdue = False
        self._bytes = self._count = 0
        self._stop_flag = [False]
        self._loop = asyncio.get_running_loop()
        self.task = self._loop.create_task(self._drive(), name=f"drive {run_id}")

    # --- what the Runner calls

    def stop(self, outcome: Outcome, error: Error | None = None) -> None:
        """Asks the agent to stop; the first reason given is the run's outcome."""
        if self._ended.is_set():
            return
        if self._verdict is None:
            self._verdict = Verdict(outcome, error)
        if self._began:
            self._stop_flag[0] = True
            self.task.cancel()

    async def ended_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def abandon(self, outcome: Outcome) -> None:
        """Ends the run without its agent."""
        self._end(self._verdict or Verdict(outcome))

    def answer(self, input_id: str, value: object, *, by: str, decline: bool) -> None:
        if self._question is None or self._question[0].id != input_id or self._question[1].done():
            raise InputRejected(f"the run does not ask {input_id!r}, or it was answered already")
        question, reply = self._question
        if decline:
            reply.set_result(question.model_copy(update={"state": "declined", "by": by}))
            return
        if problem := mismatch(value, question.schema_):
            raise InputRejected(f"{value!r} does not answer {question.prompt!r}: {problem}")
        answered = {"state": "answered", "by": by, "value": cast(JsonValue, value)}
        reply.set_result(question.model_copy(update=answered))

    # --- the run

    async def _drive(self) -> None:
        self._began = True
        self._stop_flag = stop.watch()
        try:
            if self._verdict is None:
                async with self._slots:
                    with watched():
                        await self._listen()
            self._end(self._verdict or self._own_verdict())
        except asyncio.CancelledError as failure:
            is_ours = bool(self.task.cancelling())  # else it leaked out of the agent
            self._end(self._verdict or (Verdict("interrupted") if is_ours else _failed(failure)))
        except (Exception, SystemExit) as failure:
            self._end(self._verdict or _failed(failure))
        except BaseException:
            self._end(Verdict("interrupted"))
            raise
        finally:
            if self._watchdog is not None:
                self._watchdog.cancel()

    async def _listen(self) -> None:
        self._log.set_state(self.run_id, "running")
        self._last_event = self._began_at = self._breath = time.perf_counter()
        self._watch()
        events = events_of(self._agent, self._request)
        send = getattr(events, "asend", None)
        reply: Input | None = None
        try:
            while True:
                event = await (send(reply) if send else anext(events))
                if self._verdict is not None:
                    return
                reply = None
                if type(event) is Token:  # nearly all of them: the short way
                    self._append(event)
                elif type(event) is Input and event.state == "requested":
                    reply = await self._ask(event)
                else:
                    self._take(event)
                if self._count % _BREATH_EVENTS == 0 or self._last_event - self._breath > _BREATH_SECONDS:
                    await self._breathe()
        except StopAsyncIteration:
            pass
        finally:
            if (close := getattr(events, "aclose", None)) is not None:
                await close()

    def _take(self, event: Event) -> None:
        """Checks an event and appends it."""
        if type(event) not in _SAYABLE:
            names = ", ".join(kind.__name__ for kind in EVENTS.values() if kind is not Done)
            raise AgentProtocolError(f"an agent yields events ({names}), not {event!r}")
        self._append(redacted(event) if isinstance(event, Tool | Trace | Error | Warning) else event)
        if event.type == "status":
            now, since = self._last_event, self._steps_since
            self._steps_since = {step.id: since.get(step.id, now) for step in self._ending.open_steps()}
            self._watch()

    def _append(self, event: Event) -> None:
        if (size := len(event.text) if type(event) is Token else len(payload_of(event))) > _LARGEST:
            raise LogLimit(f"one event may hold {_LARGEST // 2**20} MB, and this {event.type} has {size:,} bytes")
        now = self._last_event = time.perf_counter()
        entry = self._log.append(self.run_id, event, now - self._submitted)
        self._ending.see(event)
        self._count += 1
        self._bytes += len(entry.payload)
        if self._count > _MAX_EVENTS or self._bytes > _MAX_BYTES:
            raise LogLimit(f"a run may say {_MAX_EVENTS:,} events and {_MAX_BYTES // 2**20} MB")

    async def _breathe(self) -> None:
        """Lets readers and the log have their turn, and waits while the log cannot store."""
        if self._log.behind(self.run_id) != 1:  # one: what came before is stored, so the loop has turned meanwhile
            await asyncio.sleep(0)
        self._breath = time.perf_counter()
        if self._log.behind(self.run_id) > _BREATH_EVENTS:
            await self._log.flush(self.run_id)

    async def _ask(self, question: Input) -> Input:
        """Asks the user, and returns the answer; the clock of the deadline stands still meanwhile."""
        check_schema(question)
        asked = time.perf_counter()
        now = asked - self._submitted
        expires = min(question.expires_at or math.inf, now + self._request.limits.input)
        question = question.model_copy(update={"expires_at": round(expires, 3)})
        self._question = (question, self._loop.create_future())
        self._take(question)
        self._log.set_state(self.run_id, "waiting_input")
        try:
            async with asyncio.timeout(expires - now):
                reply = await self._question[1]
        except TimeoutError:
            reply = question.model_copy(update={"state": "expired"})
            if (future := self._question[1]).done() and not future.cancelled():
                reply = future.result()  # it was accepted in the very turn of the loop in which the time was up
        finally:
            self._question = None
            waited = time.perf_counter() - asked
            self._began_at += waited
            self._steps_since = {step_id: since + waited for step_id, since in self._steps_since.items()}
        self._take(reply)
        self._log.set_state(self.run_id, "running")
        return reply

    # --- limits

    def _watch(self) -> None:
        """Ends the run when a limit has passed, else looks again when the next one is due."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        now = time.perf_counter()
        when, code, message = min(self._due())
        if self._question is not None:
            when = max(when, now + 0.05)
        elif when <= now and self._overdue:
            self.abandon("timeout")
            return
        elif when <= now:
            self._overdue = True
            self.stop("timeout", Error(code=code, message=message, retryable=True))
            when = now + _STUBBORN_SECONDS
        self._watchdog = self._loop.call_later(when - now, self._watch)

    def _due(self) -> list[tuple[float, str, str]]:
        """When each limit passes, with the code and the words of its error."""
        limits = self._request.limits
        due = [(self._began_at + limits.deadline, "deadline", f"The deadline of {limits.deadline:g} s has passed.")]
        due.append((self._last_event + limits.idle, "idle", f"Nothing was heard for {limits.idle:g} s."))
        for step in self._ending.open_steps():
            if (limit := limits.stages.get(step.step)) is not None:
                told = f"The step {step.step!r} took longer than its limit of {limit:g} s."
                due.append((self._steps_since[step.id] + limit + limits.grace, "stage_timeout", told))
        return due

    # --- the end

    def _own_verdict(self) -> Verdict:
        return Verdict("error" if self._ending.has_error else "completed")

    def _end(self, verdict: Verdict) -> None:
        if self._ended.is_set():
            return
        at = time.perf_counter() - self._submitted
        self._log.finish(self.run_id, verdict.outcome, self._ending.events(verdict.outcome, at, verdict.error), at)
        self._ended.set()


def _failed(failure: BaseException) -> Verdict:
    while isinstance(failure, BaseExceptionGroup) and len(failure.exceptions) == 1:
        failure = failure.exceptions[0]
    message = said_by(failure)
    match failure:
        case Ended():
            return Verdict(failure.outcome)
        case Stopped():
            return Verdict("cancelled")
        case StageTimeout():
            return Verdict("timeout", Error(code="stage_timeout", message=str(failure), retryable=True))
        case AgentProtocolError():
            return Verdict("error", Error(code="agent_protocol", message=message))
        case LogLimit():
            return Verdict("error", Error(code="log_limit", message=message))
        case _:
            return Verdict("error", Error(code="agent_error", message=message))
