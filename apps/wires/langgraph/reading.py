"""Reading a run as a LangGraph client does: as a stream, and when it has ended or asks something."""

import json
from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import quote, urlencode

from agent.request import Run
from agent.view import View
from apps.entry_stream import EntrySource
from apps.session import FinishedRun
from apps.sse import EventStream
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.wires.langgraph.encoder import END, START, Cursor, Encoder
from apps.wires.langgraph.messages import Fields, ai, human
from apps.wires.remains import remains


class UntilQuestion:
    """A reader of a run that ends also where the run waits for the person (apps/sse.py Source)."""

    def __init__(self, source: EntrySource, encoder: Encoder) -> None:
        self._source, self._encoder = source, encoder
        self._asked = False
        self.subscribe, self.unsubscribe = source.subscribe, source.unsubscribe

    def take(self) -> bytes:
        if self._asked or (body := self._source.take()):
            return b"" if self._asked else body
        self._asked = self._encoder.waits()
        return END if self._asked else b""

    @property
    def ended(self) -> bool:
        return self._asked or self._source.ended


async def stream(
    here: Context,
    run: Run,
    thread: str,
    modes: tuple[str, ...],
    after: Cursor = START,
    *,
    greet: bool = False,
    cancel_on_disconnect: bool = False,
) -> EventStream:
    """The frames behind `after`; `greet`: and before them which run it is."""
    if await here.core.log.dropped(run.run_id) is not None:
        raise Refused(410, "log_expired", f"the events of {run.run_id!r} are no longer kept: read the thread's state")
    live = await here.tails.of(run.run_id)
    encoder = Encoder(run, modes, after, await earlier(here, run) if "values" in modes else ())
    first = encoder.begin()
    if greet and after > START:
        first = b"id: %d-%d\nevent: metadata\ndata: %b\n\n" % (*after, json.dumps(encoder.hello()).encode())
    on_end = here.reader(run.run_id, stops=cancel_on_disconnect)
    source = UntilQuestion(EntrySource(live, 0, encoder), encoder)
    headers = places(thread, run, modes)
    return EventStream(source, first=first, headers=headers, retry_ms=0, abort=True, on_end=on_end)


def places(thread: str, run: Run, modes: tuple[str, ...]) -> dict[str, str]:
    """The headers with which a client finds its run again, and asks for the same modes."""
    run_url = f"/threads/{quote(thread or run.session_id, safe='')}/runs/{run.run_id}"
    query = urlencode({"stream_mode": modes}, doseq=True)
    return {"location": f"{run_url}/stream?{query}", "content-location": run_url}


async def ended(here: Context, run: Run, after: Cursor = START) -> Fields:
    """The thread's state when the run has ended, or when it asks the person something behind `after`."""
    encoder = Encoder(run, (), after, await earlier(here, run))
    for event in await remains(here, run) or ():
        encoder.take(event)
    while encoder.done is None and not encoder.waits() and await here.core.log.wait(run.run_id, encoder.seq):
        encoder(await here.core.log.read(run.run_id, encoder.seq))
    return encoder.values()


async def earlier(here: Context, run: Run) -> list[Fields]:
    """The messages of the run's session before it."""
    finished = (await here.sessions.attach(run.session_id)).finished
    return messages_of(takewhile(lambda one: one.run.run_id != run.run_id, finished))


def messages_of(finished: Iterable[FinishedRun]) -> list[Fields]:
    return [message for one in finished for message in _turn(one.run, one.view)]


def _turn(run: Run, view: View) -> list[Fields]:
    said = view.message
    if not (said.answer or said.reasoning):
        return [human(run)]
    return [human(run), ai(run.run_id, said.answer, said.reasoning, said.citations, view.usage)]
