"""The result of the bench as rows of words: what is measured of each way to stream."""

from collections.abc import Callable, Sequence
from functools import partial

from eval.bench.transport.rows import Load, Result, Row, Spread

NONE = "–"
Line = tuple[str, ...]
Cell = Callable[[Row], str]


def table(result: Result, names: Sequence[str] = ()) -> list[Line]:
    """The head, then a line for each property; of some arms, else of all that were measured."""
    rows = [row for row in result.rows if not row.skipped and (not names or row.name in names)]
    return [("", *(row.title for row in rows)), *((name, *map(cell, rows)) for name, cell in _properties(result))]


def _properties(result: Result) -> list[tuple[str, Cell]]:
    streams = sorted({load.streams for row in result.rows for load in row.loads})
    idle = next((row.idle.streams for row in result.rows if row.idle), 0)
    events = next((row.history.events for row in result.rows if row.history), 0)
    return [
        *((name, cell) for n in streams for name, cell in _of_load(n)),
        ("memory of a connection", lambda row: f"{row.idle.connection_kb:.0f} KB" if row.idle else NONE),
        (f"{idle:,} idle streams, above the base", lambda row: f"{row.idle.above_mb:.0f} MB" if row.idle else NONE),
        ("disconnect noticed: median, worst", lambda row: both(row.alone and row.alone.disconnect_noticed)),
        ("all leave at once under load: noticed", _all_gone),
        ("cancel acknowledged: median, worst", lambda row: both(row.alone and row.alone.cancel_acknowledged)),
        ("the same under load", lambda row: both(row.storm and row.storm.cancel_acknowledged)),
        ("cancelled and quiet", lambda row: both(row.alone and row.alone.cancel_quiet)),
        ("the same under load", lambda row: both(row.storm and row.storm.cancel_quiet)),
        (f"{events:,} events caught up: median, worst", lambda row: both(row.history and row.history.caught_up)),
        ("tracebacks that the server printed", lambda row: str(row.tracebacks)),
    ]


def _of_load(n: int) -> list[tuple[str, Cell]]:
    name = "1 stream × 50/s" if n == 1 else f"{n:,} streams × 50/s"
    parts = [
        ("CPU of an event", cpu),
        ("said to received, p50 and p99", lag),
        ("events got of wanted", lambda load: f"{min(1.0, load.got / max(1, load.wanted)):.0%}"),
    ]
    return [(f"{name}: {what}", partial(_cell, n, part)) for what, part in parts]


def _cell(n: int, part: Callable[[Load], str], row: Row) -> str:
    load = row.load(n)
    return part(load) if load else NONE


def cpu(load: Load) -> str:
    return f"{load.cpu_us:.0f} µs"


def lag(load: Load) -> str:
    """Without the p99 where there are too few events for it."""
    spread = load.emit_to_receive
    return ms(spread.p50) if spread.p99 is None else f"{ms(spread.p50)}, {ms(spread.p99)}"


def both(spread: Spread | None) -> str:
    """Median and worst."""
    return f"{ms(spread.p50)}, {ms(spread.worst)}" if spread and spread.n else NONE


def ms(value: float | None) -> str:
    if value is None:
        return "never"
    digits = 2 if value < 0.995 else 1 if value < 9.95 else 0
    return f"{value:,.{digits}f} ms"


def _all_gone(row: Row) -> str:
    if row.storm is None:
        return NONE
    return "not within 5 s" if row.storm.all_gone is None else ms(row.storm.all_gone)
