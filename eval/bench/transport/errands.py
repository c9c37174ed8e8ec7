"""What clients do with one server, as a process of their own: `python -m eval.bench.transport.errands JSON`.

The argument is an Errand; what came of it is printed as JSON.
"""

import asyncio
import contextlib
import gc
import math
import os
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter_ns, process_time_ns

from pydantic import BaseModel

from eval.bench.load import run_as_served
from eval.bench.transport.client import Client, Stream
from eval.bench.transport.rows import Acts, History, Idle, Load, Loaded, Spread, Storm, latencies, lost
from eval.bench.transport.servers import cpu_ns, memory
from eval.bench.transport.source import SECOND, WIDTH
from eval.bench.transport.wire import arrivals

RATE = 50.0
SETTLING_S = 1.0
_IDLE = f"speak 0 {RATE:g}"
_GONE_S = 5.0
_STORM_S = 60.0
"""The longest that it may take."""
_QUIET_S = 0.5
"""After a cancel; what still comes then has not been stopped."""


class Errand(BaseModel):
    kind: str
    """One of ERRANDS."""
    port: int
    pid: int
    way: str
    shared: bool = False
    number: int
    """Streams, times or events, whatever the errand counts."""
    times: int = 7
    """How often a history is read."""
    seconds: float = 5.0
    storm: int = 0
    """Runs to cancel while the others speak, whose readers then all go; 0: no such thing."""


async def load(client: Client, errand: Errand) -> Loaded:
    """All streams speak, and all is kept that arrives."""
    n = errand.number
    questions = [f"speak {k / RATE / n:.6f} {RATE:g}" for k in range(n)]
    streams = await client.open_all(questions, shared=errand.shared)
    await client.go(SETTLING_S + errand.seconds + (_STORM_S if errand.storm else 0.2))
    await asyncio.sleep(SETTLING_S)
    begin, server, own = perf_counter_ns(), cpu_ns(errand.pid), process_time_ns()
    await asyncio.sleep(errand.seconds)
    end, server, own = perf_counter_ns(), cpu_ns(errand.pid) - server, process_time_ns() - own
    storm = await _storm(client, streams, errand.storm) if errand.storm else None
    if storm is None:
        await client.rest()
    wires = {id(stream.wire): stream.wire for stream in streams}.values()
    arrived = [list(arrivals(wire.chunks)) for wire in wires]
    ms = [each for tokens in arrived for each in latencies(tokens, begin, end)]
    seconds = (end - begin) / SECOND
    measured = Load(
        streams=n,
        rate=RATE,
        seconds=round(seconds, 3),
        wanted=round(n * RATE * seconds),
        got=len(ms),
        lost=sum(map(lost, arrived)),
        cpu_us=round(server / 1000 / max(1, len(ms)), 1),
        emit_to_receive=Spread.of(ms),
        server_cpu=round(server / (end - begin), 3),
        client_cpu=round(own / (end - begin), 3),
        loadavg=round(os.getloadavg()[0], 2),
    )
    return Loaded(load=measured, storm=storm)


async def _storm(client: Client, streams: list[Stream], cancels: int) -> Storm:
    cancelled = streams[:cancels] if client.has_runs else []
    stopped = [await _stop(client, stream) for stream in cancelled]
    acts = await _acts(stopped)
    for stream in streams[len(cancelled) :]:
        gone = stream.wire.leave()
    noticed = await _fewer(client, 0, gone)
    await client.go(0)
    return Storm(**dict(acts), all_gone=None if noticed == math.inf else round(noticed, 1))


async def alone(client: Client, errand: Errand) -> Acts:
    """Leaves so often, and cancels as often, on a server that does nothing else."""
    noticed, stopped = [], []
    for n in range(errand.number):
        before = await client.readers()
        stream = await client.open(_IDLE)
        await client.until(lambda readers, _, before=before: readers > before)  # type: ignore[misc]
        noticed.append(await _fewer(client, before, stream.wire.leave(reset=n % 2 == 0)))
    await client.go(0)
    for _ in range(errand.number if client.has_runs else 0):
        stream = await client.open(_IDLE)
        await client.go(60)
        await stream.wire.heard(b'"offset":%d,' % WIDTH)
        stopped.append(await _stop(client, stream))
    acts = await _acts(stopped)
    return acts.model_copy(update={"disconnect_noticed": Spread.of(noticed)})


async def history(client: Client, errand: Errand) -> History:
    """Reads so many events again, from a run that goes on."""
    question, last = f"history {errand.number}", b'"offset":%d,' % (WIDTH * (errand.number - 1))
    stream = await client.open(question)
    await stream.wire.heard(last)
    took, cpu = [], cpu_ns(errand.pid)
    for _ in range(errand.times):
        began = perf_counter_ns()
        again = await client.again(stream, question)
        took.append(_ms(await again.wire.heard(last) - began))
        again.wire.leave()
    cpu = cpu_ns(errand.pid) - cpu
    stream.wire.leave()
    await _end(client)
    spent = cpu / 1000 / errand.number / errand.times
    return History(events=errand.number, caught_up=Spread.of(took), cpu_us=round(spent, 2))


async def idle(client: Client, errand: Errand) -> Idle:
    """What so many silent streams take, and as many further readers."""
    base = memory(errand.pid)
    streams = await client.open_all([_IDLE] * errand.number)
    await asyncio.sleep(_QUIET_S)
    above = memory(errand.pid) - base
    further = await client.gather(client.again(stream, _IDLE) for stream in streams)
    await asyncio.sleep(_QUIET_S)
    each = (memory(errand.pid) - base - above) / errand.number
    for stream in (*streams, *further):
        stream.wire.leave()
    await _end(client)
    mb = 2**20
    return Idle(
        streams=errand.number,
        base_mb=round(base / mb, 1),
        above_mb=round(above / mb, 1),
        connection_kb=round(each / 1024, 1),
    )


async def warm(client: Client, errand: Errand) -> Acts:
    """The first of everything, which is not measured."""
    streams = await client.open_all([_IDLE] * errand.number)
    await client.go(0.2)
    await client.rest()
    for stream in streams:
        stream.wire.leave()
    return Acts()


# --- what errands have in common

Stop = tuple[Stream, int, int]
"""Of a stream: when a cancel was sent, and when it was acknowledged."""


async def _stop(client: Client, stream: Stream) -> Stop:
    return (stream, *await client.cancel(stream))


async def _acts(stopped: list[Stop]) -> Acts:
    if not stopped:
        return Acts()
    await asyncio.sleep(_QUIET_S)
    return Acts(
        cancel_acknowledged=Spread.of([_ms(told - sent) for _, sent, told in stopped]),
        cancel_quiet=Spread.of([_ms(max(stream.wire.last, sent) - sent) for stream, sent, _ in stopped]),
    )


async def _fewer(client: Client, readers: int, since: int) -> float:
    """Milliseconds until the server counts no more readers than that; infinite: it does not."""
    try:
        return _ms(await client.until(lambda now, _: now <= readers, _GONE_S) - since)
    except TimeoutError:
        return math.inf


async def _end(client: Client) -> None:
    await client.go(0)
    with contextlib.suppress(TimeoutError):  # some never notice that their readers have gone
        await client.until(lambda readers, running: not readers and not running, _GONE_S)


async def _calm(pid: int) -> None:
    """Waits until the server has done what it does behind its answers."""
    for _ in range(40):
        before = cpu_ns(pid)
        await asyncio.sleep(0.25)
        if cpu_ns(pid) - before < 0.02 * SECOND:
            return


def _ms(ns: int) -> float:
    return ns * 1000 / SECOND


ERRANDS: dict[str, Callable[[Client, Errand], Awaitable[BaseModel]]] = {
    "warm": warm,
    "load": load,
    "alone": alone,
    "history": history,
    "idle": idle,
}


async def run(errand: Errand) -> BaseModel:
    await _calm(errand.pid)
    return await ERRANDS[errand.kind](Client(errand.port, errand.way), errand)


if __name__ == "__main__":
    gc.disable()  # it would stop the clock of what arrives
    print(run_as_served(run(Errand.model_validate_json(sys.argv[1]))).model_dump_json())
