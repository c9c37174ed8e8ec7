"""A client of a Firstlight server: asks, follows a run through lost connections, stops, answers.

async with Client("http://127.0.0.1:8010") as client:
    async for entry in client.ask("Is customer concentration at NVIDIA rising?"):
        print(entry.type, entry.event)
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import httpx
from pydantic import TypeAdapter

from agent.entries import Entry, payload_of
from agent.errors import FirstlightError, InputRejected, LogExpired, ServerError, UnknownRun, UsageError
from agent.event_stream import EventStreamParser, ServerSentEvent
from agent.events import EVENTS, Event
from agent.request import Request
from agent.view import View

API_KEY = "FIRSTLIGHT_API_KEY"
"""The environment variable that holds a server's key, for the server and for whoever asks it."""
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 5.0
_LATER = (429, 502, 503, 504)
"""Answers after which `follow` tries again: its own lost connection may still count as a reader."""
_SILENCE = 45.0
"""Three heartbeats of the server: after that long without a byte a connection is taken for dead."""


_VIEW: TypeAdapter[View] = TypeAdapter(View)


class Gap(NamedTuple):
    """Entries that the server no longer keeps, and what was made by all up to the last of them."""

    first: int
    last: int
    view: View


class Client:
    """`url`: where the server is. `key`: its API key, or a token. `patience`: seconds without a connection after which
    `follow` gives up and raises ServerError."""

    def __init__(self, url: str, *, key: str = "", patience: float = 60.0, http: httpx.AsyncClient | None = None):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = http or httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(10, read=_SILENCE),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
        )
        self._patience = patience

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def start(self, request: Request, *, agent: str = "", idempotency_key: str = "") -> str:
        """Starts a run and returns its id. Raises ServerError."""
        body: dict[str, Any] = {
            "question": request.question,
            "session_id": request.session_id,
            "model": request.model,
            "pace": request.pace,
            "collection": request.collection,
            "agent": agent,
            "deadline": request.limits.deadline,
        }
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        started = await self._json("POST", "/v1/runs", json=body, headers=headers)
        return str(started["run_id"])

    async def new_session(self, title: str = "") -> str:
        """The id of a new session. Raises ServerError."""
        return str((await self._json("POST", "/v1/sessions", json={"title": title}))["session_id"])

    async def ask(self, question: str, *, session_id: str = "", agent: str = "") -> AsyncIterator[Entry]:
        """Starts a run and follows it to its end."""
        run_id = await self.start(Request(question=question, session_id=session_id), agent=agent)
        async for entry in self.follow(run_id):
            yield entry

    async def follow(
        self, run_id: str, after: int = 0, *, on_gap: Callable[[Gap], None] | None = None
    ) -> AsyncIterator[Entry]:
        """The entries with `seq > after`, each once, up to and with `done`; reconnects by itself.

        `on_gap` is told of entries that the server no longer keeps. Raises LogExpired where there is nobody to tell,
        or where nothing is kept; UnknownRun; and ServerError where the server refuses or cannot be reached for
        `patience` seconds.
        """
        wait, lost_at = _FIRST_WAIT, None
        clock = asyncio.get_running_loop().time
        while True:
            try:
                async with aclosing(self._events(run_id, after)) as events:
                    async for event in events:
                        wait, lost_at = _FIRST_WAIT, None
                        if event.event == "gap":
                            after = _told(_gap(event), run_id, on_gap)
                        entry = _entry(run_id, event)
                        if entry is None or entry.seq <= after:
                            continue
                        after = entry.seq
                        yield entry
                        if entry.type == "done":
                            return
            except _Over:
                return
            except httpx.TransportError as error:
                lost_at = clock() if lost_at is None else lost_at
                if clock() - lost_at > self._patience:
                    raise ServerError(f"{self._http.base_url} cannot be reached: {error!r}") from error
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(_LONGEST_WAIT, wait * 2)

    async def cancel(self, run_id: str) -> str:
        """Stops a run and returns its state. Raises UnknownRun, ServerError."""
        return str((await self._json("POST", f"/v1/runs/{run_id}/cancel"))["status"])

    async def answer(
        self, run_id: str, input_id: str, value: object = None, *, by: str = "", decline: bool = False
    ) -> None:
        """Answers the run's open question. Raises InputRejected, UnknownRun, ServerError."""
        body = {"id": input_id, "value": value, "by": by, "decline": decline}
        await self._json("POST", f"/v1/runs/{run_id}/input", json=body)

    async def _events(self, run_id: str, after: int) -> AsyncGenerator[ServerSentEvent, None]:
        headers = {"accept": "text/event-stream", "last-event-id": str(after)}
        async with self._http.stream("GET", f"/v1/runs/{run_id}/events", headers=headers) as answer:
            if answer.status_code == 204:
                raise _Over
            if answer.status_code in _LATER:
                raise httpx.RemoteProtocolError(f"{answer.status_code}: a proxy or a server that restarts or is full")
            if answer.status_code != 200:
                await answer.aread()
                raise _refusal(answer)
            parser = EventStreamParser()
            async for chunk in answer.aiter_bytes():
                for event in parser.feed(chunk):
                    yield event

    async def _json(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        try:
            answer = await self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise ServerError(f"{self._http.base_url} cannot be reached: {error!r}") from error
        if not answer.is_success:
            raise _refusal(answer)
        return cast(Mapping[str, Any], answer.json())


def _gap(event: ServerSentEvent) -> Gap:
    told = json.loads(event.data)
    return Gap(int(told["from"]), int(told["to"]), _VIEW.validate_python(told["snapshot"] or {}))


def _told(gap: Gap, run_id: str, on_gap: Callable[[Gap], None] | None) -> int:
    """The number of the last entry in the gap."""
    if on_gap is None:
        raise LogExpired(f"the entries {gap.first} to {gap.last} of run {run_id!r} are no longer kept")
    on_gap(gap)
    return gap.last


class _Over(Exception):
    """The run has ended, and everything of it was read."""


def _entry(run_id: str, event: ServerSentEvent) -> Entry | None:
    """The entry that a frame holds; None for a frame of a kind that we do not know, which a newer server may send."""
    if event.event not in EVENTS:
        return None
    fields = json.loads(event.data)
    at = float(fields.pop("t_ms")) / 1000
    said = cast(Event, EVENTS[event.event].model_validate(fields))
    return Entry(run_id, int(event.last_event_id), at, event.event, payload_of(said))


def _refusal(answer: httpx.Response) -> FirstlightError:
    try:
        problem = answer.json()
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):
        return ServerError(
            f"{answer.request.url} answered {answer.status_code}: {answer.text[:200]!r}", answer.status_code
        )
    kinds: dict[str, type[FirstlightError]] = {
        "unknown_run": UnknownRun,
        "log_expired": LogExpired,
        "input_rejected": InputRejected,
        "invalid": UsageError,
    }
    return kinds[code](detail) if code in kinds else ServerError(detail, answer.status_code)
