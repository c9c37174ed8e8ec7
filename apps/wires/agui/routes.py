"""The requests of AG-UI clients."""

from typing import cast

from fastapi import APIRouter, Response

from agent.events import Input
from agent.expiry import start_of
from agent.live import LiveRun
from agent.view import View, fold
from apps.entry_stream import EntrySource
from apps.sse import EventStream
from apps.threads import in_thread
from apps.v1.bodies import Cancelled
from apps.v1.context import Context, Here, Who
from apps.v1.problems import PROBLEMS
from apps.wires.agui.body import RunAgentInput
from apps.wires.agui.conversation import conversation
from apps.wires.agui.encoder import Encoder
from apps.wires.agui.runs import WIRE, meant
from apps.wires.threads import stop_last_run

router = APIRouter(prefix="/agui", tags=["AG-UI"], responses=PROBLEMS)


@router.post("", responses={200: {"content": {"text/event-stream": {}}}}, response_class=Response)
async def run(here: Here, who: Who, asked: RunAgentInput, cancel_on_disconnect: bool = False) -> Response:
    """Asks the last user message, answers a question of ours (`resume`), or joins the run that goes on in the thread
    or that has this `runId`. The run goes on when the client leaves, unless `cancel_on_disconnect`."""
    found = await meant(here, who, asked)
    if cancel_on_disconnect:
        who.may_control(found.run)
    live = await here.tails.of(found.run.run_id)
    view = View() if found.is_new else await _so_far(here, live)
    messages = None if found.is_new else await conversation(here, asked, found.run, view)
    encoder = Encoder(found.run, asked.threadId, asked.runId)
    first = encoder.begin(view, messages, asked.state, found.unasked)
    source = Reading(live, view.stream.seq, encoder)
    on_end = here.reader(found.run.run_id, stops=cancel_on_disconnect)
    return EventStream(source, first=first, abort=True, on_end=on_end)


@router.post("/{thread_id:path}/cancel")
async def cancel(here: Here, who: Who, thread_id: str) -> Cancelled:
    """Stops what goes on in a thread, and answers when it has stopped."""
    return await stop_last_run(here, who, WIRE, thread_id)


class Reading(EntrySource):
    """A client's run, which ends before ours does where ours asks something."""

    def __init__(self, live: LiveRun, after: int, encoder: Encoder) -> None:
        super().__init__(live, after, encoder)
        self._encoder = encoder

    @property
    def ended(self) -> bool:
        return self._encoder.finished or super().ended


async def _so_far(here: Context, live: LiveRun) -> View:
    """The run as it stands, short of a question that is still open: that one is asked again."""
    start, entries = await start_of(here.core.log, live.run_id), live.entries[: live.visible]
    inputs = [i for i, entry in enumerate(entries) if entry.type == "input"]
    if inputs and cast(Input, entries[inputs[-1]].event).state == "requested":
        entries = entries[: inputs[-1]]
    return await in_thread(lambda: fold(entries, start))
