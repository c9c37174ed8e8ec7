"""When SSE, when a WebSocket: what follows from the bench, as a page of Markdown whose generated part is made anew."""

from collections.abc import Sequence

from eval.bench.transport.cells import NONE, Line, cpu, lag, ms, table
from eval.bench.transport.rows import Result, Row

BEGIN, END = "<!-- bench transport: begin -->", "<!-- bench transport: end -->"
_TITLE = "# When SSE, when a WebSocket\n\n"
_OURS = ("sse", "websocket")
_SAME = 0.15
"""Costs that differ by less are the same."""
FACTS: tuple[tuple[str, str, str], ...] = (
    ("read without a library", "`EventSource`, `curl -N`", "`WebSocket` in a browser"),
    ("comes back where it was", "`EventSource` does, by `Last-Event-ID`", "the client asks with `after`"),
    ("through proxies", "as any answer, if none collects or compresses it", "those that let the upgrade through"),
    ("ask, stop, answer", "a request each", "on the same connection"),
    ("runs on one connection", "one", "up to 1,000"),
    ("connections of a browser to one host", "6 over HTTP/1.1, shared by all tabs", "not among those 6"),
)


def page(result: Result, before: str) -> str:
    """The page with its generated part made anew; all else in it stays."""
    head, begin, rest = before.partition(BEGIN)
    if not begin:
        return f"{before or _TITLE}{block(result)}\n"
    return head + block(result) + rest.partition(END)[2]


def block(result: Result) -> str:
    """The generated part."""
    ours = [*table(result, _OURS), _on_one(result), *FACTS]
    others = table(result, [row.name for row in result.rows if row.name != "websocket-one"])
    made = ", ".join(f"{name} {version}" for name, version in result.versions.items() if version)
    said = [f"- {sentence}" for sentence in advice(result)]
    missing = [f"{row.title}: not measured. {row.skipped}" for row in result.rows if row.skipped]
    where = f"Client and servers shared {result.cores} cores; {made}."
    parts = ["\n".join(said), _markdown(ours), "The same beside others, which have no log:", _markdown(others), where]
    return "\n\n".join([BEGIN, *parts, *missing, END])


def advice(result: Result) -> list[str]:
    """Plain sentences; empty where ours have not been measured."""
    sse, ws = (result.row(name) for name in _OURS)
    if sse is None or ws is None or not sse.loads or not ws.loads:
        return []
    n = _middle(sse)
    there, here = sse.load(n), ws.load(n)
    assert there is not None and here is not None
    costs = f"{cpu(there)} an event beside {cpu(here)} with {n} streams"
    return [
        f"Follow an answer with SSE: it needs no library, comes back by itself, {_compared(there.cpu_us, here.cpu_us)} "
        f"({costs}), and {_history(sse)} is caught up in {_caught_up(sse)} (WebSocket: {_caught_up(ws)}).",
        "Take the WebSocket where one page follows more than a few runs, or people act together: all runs share one "
        "connection, and a browser has six of the other kind for all of its tabs.",
        f"A Stop is no reason for either: it is acknowledged after {_stop(sse)} as a request beside SSE, and after "
        f"{_stop(ws)} over the WebSocket.",
    ]


def _middle(row: Row) -> int:
    """The number of streams to speak of: 100, or the most that were measured."""
    return 100 if row.load(100) else row.loads[-1].streams


def _compared(sse: float, ws: float) -> str:
    if abs(sse - ws) <= _SAME * min(sse, ws):
        return "costs as much as the WebSocket"
    return "costs less than the WebSocket" if sse < ws else "costs more than the WebSocket"


def _history(row: Row) -> str:
    return f"a history of {row.history.events:,} events" if row.history else "a history"


def _caught_up(row: Row) -> str:
    return ms(row.history.caught_up.p50) if row.history else NONE


def _stop(row: Row) -> str:
    acknowledged = row.alone.cancel_acknowledged if row.alone else None
    return ms(acknowledged.p50) if acknowledged else NONE


def _on_one(result: Result) -> Line:
    one = result.row("websocket-one")
    load = one.load(_middle(one)) if one and one.loads else None
    what = f"{load.streams} runs × 50/s on one connection" if load else "many runs on one connection"
    return (what, NONE, f"{cpu(load)}, {lag(load)}" if load else NONE)


def _markdown(lines: Sequence[Line]) -> str:
    head, *rest = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])
