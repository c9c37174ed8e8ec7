"""All arms, one after the other: each has a server of its own, and each measurement a client of its own."""

import contextlib
import importlib.metadata
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from eval.bench.page_servers import ROOT, NotStarted
from eval.bench.transport.errands import Errand
from eval.bench.transport.rows import Acts, History, Idle, Load, Loaded, Result, Row
from eval.bench.transport.servers import Arm, Server, serving

M = TypeVar("M", bound=BaseModel)
_CLIENT_S = 120.0


@dataclass(frozen=True)
class Plan:
    streams: tuple[int, ...] = (1, 500, 100)
    """For the loads, in this order: in the last one the storm is, after which some servers are not what they were."""
    seconds: float = 5.0
    cancels: int = 20
    times: int = 20
    history: int = 10_000
    idle: int = 1_000


QUICK = Plan(streams=(1, 20), seconds=1.0, cancels=6, times=6, history=1_000, idle=50)


class Failed(Exception):
    """A client did not come back with what it was sent for."""


def measure(arms: Sequence[Arm], plan: Plan, say: Callable[[str], None]) -> Result:
    """Every arm has a row; one that could not be measured says why."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rows = tuple(_row(arm, plan, say) for arm in arms)
    known = ("fastapi", "sse-starlette", "starlette", "uvicorn", "uvloop", "httptools", "websockets")
    return Result(rows=rows, versions={name: _version(name) for name in known}, cores=os.cpu_count() or 1)


def _row(arm: Arm, plan: Plan, say: Callable[[str], None]) -> Row:
    if arm.missing:
        say(f"{arm.name}: {arm.missing}")
        return Row(name=arm.name, title=arm.title, skipped=arm.missing)
    try:
        return _measured(arm, plan, say)
    except Failed as error:
        say(f"{arm.name}: {error}; once more, with a new server")
    try:
        return _measured(arm, plan, say)
    except Failed as error:
        say(f"{arm.name}: {error}")
        return Row(name=arm.name, title=arm.title, skipped=str(error))


def _measured(arm: Arm, plan: Plan, say: Callable[[str], None]) -> Row:
    """Raises Failed."""
    row = Row(name=arm.name, title=arm.title)
    try:
        with serving(arm) as server:
            visit = _Visit(arm, server, plan)
            for step in (visit.few, *(() if arm.shared else (visit.idle, visit.alone, visit.history))):
                row = row.model_copy(update=step())
            for streams in plan.streams:
                row = row.model_copy(update=visit.load(row, streams))
                say(_said(row, streams))
            return row.model_copy(update={"tracebacks": server.tracebacks})
    except NotStarted as error:
        raise Failed(str(error)) from error


class _Visit:
    """What is measured on one server, as parts of its row."""

    def __init__(self, arm: Arm, server: Server, plan: Plan) -> None:
        self._arm, self._server, self._plan = arm, server, plan

    def few(self) -> dict[str, Any]:
        self._send(Acts, "warm", 5)
        return {}

    def idle(self) -> dict[str, Any]:
        return {"idle": self._send(Idle, "idle", self._plan.idle)}

    def alone(self) -> dict[str, Any]:
        return {"alone": self._send(Acts, "alone", self._plan.times)}

    def history(self) -> dict[str, Any]:
        return {"history": self._send(History, "history", self._plan.history)}

    def load(self, row: Row, streams: int) -> dict[str, Any]:
        """One more load; the last one ends in a storm."""
        is_last = streams == self._plan.streams[-1] and not self._arm.shared
        storm = self._plan.cancels if is_last else 0
        loaded = self._send(Loaded, "load", streams, seconds=self._plan.seconds, storm=storm)
        loads: list[Load] = [*row.loads, loaded.load]
        return {"loads": tuple(sorted(loads, key=lambda load: load.streams)), "storm": loaded.storm}

    def _send(self, brings: type[M], kind: str, number: int, **more: Any) -> M:
        arm, pid, port = self._arm, self._server.process.pid, self._server.port
        errand = Errand(kind=kind, port=port, pid=pid, way=arm.wire, shared=arm.shared, number=number, **more)
        command = [sys.executable, "-m", "eval.bench.transport.errands", errand.model_dump_json()]
        try:
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_CLIENT_S)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{kind}: its client was not back after {_CLIENT_S:g} s") from error
        if told.returncode:
            raise Failed(f"{kind}: {told.stderr.strip().splitlines()[-1][:500]}")
        return brings.model_validate_json(told.stdout)


def _said(row: Row, streams: int) -> str:
    load = next(load for load in row.loads if load.streams == streams)
    p99 = load.emit_to_receive.p99
    return f"{row.name}: {streams} streams, {load.cpu_us} µs an event, p99 {p99} ms, {load.got} of {load.wanted}"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
