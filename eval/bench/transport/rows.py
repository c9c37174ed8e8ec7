"""What the bench of the transports reports."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from eval.bench.transport.source import SECOND
from eval.bench.transport.wire import Arrival
from eval.stats import percentile


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Spread(_Row):
    """Milliseconds of something that was done several times."""

    n: int
    p50: float | None
    """None, here and below: too few values for that percentile (eval/stats.py), or one that never came."""
    p99: float | None
    worst: float | None

    @classmethod
    def of(cls, ms: Sequence[float]) -> "Spread":
        p50, p99 = percentile(ms, 50).value, percentile(ms, 99).value
        return cls(n=len(ms), p50=_rounded(p50), p99=_rounded(p99), worst=_rounded(max(ms, default=None)))


class Load(_Row):
    """Many streams at once, each with its own reader."""

    streams: int
    rate: float
    """Tokens a second that each stream is to say."""
    seconds: float
    """Measured; all are connected before, and have spoken for a second."""
    wanted: int
    got: int
    """Tokens that arrived in the measured seconds: below `wanted` where the machine was too busy."""
    lost: int
    """Tokens of any stream that are missing before its last one."""
    cpu_us: float
    """CPU time of the server's process for one token that arrived: whatever says the tokens, and all between."""
    emit_to_receive: Spread
    """From the moment in which the agent says a token to its last byte at the client."""
    server_cpu: float
    client_cpu: float
    """Share of a core; the two compete for the machine's."""
    loadavg: float


class Acts(_Row):
    """What a client does beside reading."""

    cancel_acknowledged: Spread | None = None
    """From the request to its answer."""
    cancel_quiet: Spread | None = None
    """From the request to the last byte of the stream."""
    disconnect_noticed: Spread | None = None
    """From the end of the connection to an answer in which the server counts a reader less."""


class Storm(Acts):
    """The same while all streams speak; in the end all readers go at once."""

    all_gone: float | None = None
    """Milliseconds until the server counts no reader; None: it still did after five seconds."""


class Loaded(_Row):
    """What one load has shown."""

    load: Load
    storm: Storm | None = None


class History(_Row):
    """A reader that comes back and has everything to read."""

    events: int
    caught_up: Spread
    """From connecting to the last byte."""
    cpu_us: float
    """CPU time of the server's process for one event."""


class Idle(_Row):
    """Streams on which nothing is said. Resident memory of the server's process."""

    streams: int
    base_mb: float
    above_mb: float
    """With all of these streams, runs included, above the base."""
    connection_kb: float
    """What each of as many further readers takes."""


class Row(_Row):
    """One way to stream."""

    name: str
    title: str
    loads: tuple[Load, ...] = ()
    alone: Acts | None = None
    """On a server that does nothing else."""
    storm: Storm | None = None
    history: History | None = None
    idle: Idle | None = None
    tracebacks: int = 0
    """Printed by the server."""
    skipped: str = ""
    """Why it was not measured, or not to its end."""

    def load(self, streams: int) -> Load | None:
        return next((load for load in self.loads if load.streams == streams), None)


class Result(BaseModel):
    rows: tuple[Row, ...]
    versions: dict[str, str]
    cores: int

    def row(self, name: str) -> Row | None:
        return next((row for row in self.rows if row.name == name), None)


def lost(arrived: Iterable[Arrival]) -> int:
    """How many tokens of one connection are missing before the last one of their run."""
    numbers: dict[bytes, list[int]] = defaultdict(list)
    for token in arrived:
        numbers[token.run_id].append(token.number)
    return sum(max(seen) + 1 - len(set(seen)) for seen in numbers.values())


def latencies(arrived: Iterable[Arrival], begin: int, end: int) -> list[float]:
    """Milliseconds, of the tokens that arrived between two moments."""
    return [(token.arrived - token.said) * 1000 / SECOND for token in arrived if begin <= token.arrived < end]


def _rounded(ms: float | None) -> float | None:
    return None if ms is None or ms == float("inf") else round(ms, 2)
