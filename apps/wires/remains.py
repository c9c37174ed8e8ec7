"""What is left of a run whose log has dropped entries, as events: what it was, and no longer how it came."""

from collections.abc import Iterator

from agent.events import Done, Event, Token
from agent.expiry import view_of
from agent.request import Run
from agent.view import View
from apps.v1.context import Context


async def remains(here: Context, run: Run) -> list[Event] | None:
    """None where the log keeps everything."""
    if await here.core.log.dropped(run.run_id) is None:
        return None
    return list(_events(await view_of(here.core.log, run.run_id)))


def _events(view: View) -> Iterator[Event]:
    said, timings = view.message, view.stream.timings
    if said.reasoning:
        yield Token(text=said.reasoning, channel="reasoning")
    yield from view.tools
    yield from said.citations
    if said.answer:
        yield Token(text=said.answer)
    if view.error is not None:
        yield view.error
    latency_ms = (timings.total_ms or 0) + timings.waited_ms
    outcome = view.stream.outcome or "interrupted"
    yield Done(outcome=outcome, partial=view.stream.partial, latency_ms=latency_ms, usage=view.usage)
