"""The SQLite log under load, and under kill -9."""

import asyncio
import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from agent.entries import Entry
from agent.sqlite_log import SqliteLog
from eval.bench.load import SECONDS, load, run_as_served, through
from eval.stats import Percentile, percentile

LOADS = ((1, 10.0), (50, SECONDS), (500, SECONDS))
"""Streams, and for how many seconds: one stream alone needs 8 s for the 368 values of a p99."""
RATE = 50.0


class Latency(BaseModel):
    """A row of the bench: milliseconds from the agent's yield to the reader."""

    streams: int
    rate: float
    reached: float
    """Tokens a second and stream that were really said: below `rate` the machine was too busy to tell."""
    events: int
    p50_ms: Percentile
    p99_ms: Percentile
    cpu_us_per_event: float


class Result(BaseModel):
    rows: tuple[Latency, ...]
    kills: int
    shown: int
    """Entries that readers had been given before the kills."""
    shown_but_lost: int
    """Those of them that are not in the log afterwards, byte for byte."""
    left_open: int
    """Runs that do not end in exactly one `done` when the log is opened again."""


def measure(kills: int, seed: int) -> Result:
    rows = tuple(run_as_served(_latency(streams, seconds)) for streams, seconds in LOADS)
    draw = random.Random(seed)
    shown = lost = left_open = 0
    for _ in range(kills):
        one = kill_once(draw.uniform(0.05, 1.0))
        shown, lost, left_open = shown + one[0], lost + one[1], left_open + one[2]
    return Result(rows=rows, kills=kills, shown=shown, shown_but_lost=lost, left_open=left_open)


async def _latency(streams: int, seconds: float) -> Latency:
    with TemporaryDirectory(prefix="firstlight-bench-") as folder:
        log = SqliteLog(Path(folder))
        await log.start()
        under = await load(through(log, streams), streams=streams, rate=RATE, seconds=seconds)
        await log.close()
    times = [latency * 1000 for latency in under.latencies]
    return Latency(
        streams=streams,
        rate=RATE,
        reached=round(under.reached, 1),
        events=under.events,
        p50_ms=percentile(times, 50),
        p99_ms=percentile(times, 99),
        cpu_us_per_event=round(under.cpu_us_per_event, 2),
    )


def kill_once(after: float) -> tuple[int, int, int]:
    """Kills a writing process `after` seconds from its first shown entry: entries shown, lost, runs left open."""
    with TemporaryDirectory(prefix="firstlight-bench-") as folder:
        command = [sys.executable, "-m", "eval.bench.victim", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            first = victim.stdout.readline()
            if not first:
                raise RuntimeError("the process to be killed said nothing")
            timer = threading.Timer(after, victim.kill)
            timer.start()
            lines = [first, *victim.stdout.read().splitlines(keepends=True)]
            timer.join()
        shown = [Entry.from_line(line) for line in lines if line.endswith(b"\n")]
        return len(shown), *asyncio.run(_check(Path(folder), shown))


async def _check(folder: Path, shown: list[Entry]) -> tuple[int, int]:
    log = SqliteLog(folder)
    await log.start()
    lost = left_open = 0
    for run_id in {entry.run_id for entry in shown}:
        stored = {entry.seq: entry.line() for entry in await log.read(run_id)}
        lost += sum(stored.get(entry.seq) != entry.line() for entry in shown if entry.run_id == run_id)
        ends = [json.loads(line)["type"] == "done" for line in stored.values()]
        left_open += sum(ends) != 1 or not ends[-1]
    await log.close()
    return lost, left_open


def show(result: Result, as_json: bool) -> None:
    if as_json:
        print(result.model_dump_json(indent=2))
        return
    table = Table(box=None, header_style="bold")
    for name in ("streams x rate", "p50 ms", "p99 ms", "CPU µs per event", "reached"):
        table.add_column(name, justify="right")
    for row in result.rows:
        times = [f"{p.value:.2f}" if p.value is not None else f"NA ({p.reason})" for p in (row.p50_ms, row.p99_ms)]
        table.add_row(f"{row.streams} x {row.rate:g}/s", *times, f"{row.cpu_us_per_event:.1f}", f"{row.reached:g}/s")
    console = Console(highlight=False)
    console.print(table)
    lost, left = result.shown_but_lost, result.left_open
    console.print(f"{result.kills} x kill -9: {lost} of {result.shown} shown entries lost, {left} runs left open")
