"""The servers that are compared, each as a process of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from eval.bench.page_servers import ROOT, NotStarted

_OURS = ("-m", "apps.api", "--port", "0")
_PEER = ("-m", "eval.bench.transport.peers")
_PLENTY = {"FIRSTLIGHT_RATE": "1000000/minute", "FIRSTLIGHT_RUNS": "4000", "FIRSTLIGHT_READERS": "4000"}


@dataclass(frozen=True)
class Arm:
    """A way to stream, and who serves it."""

    name: str
    title: str
    command: tuple[str, ...]
    """Arguments of python."""
    wire: str
    """How the client speaks to it: `sse`, `websocket`, `get`, `get-websocket`."""
    shared: bool = False
    """All streams of the load over one connection."""
    needs: str = ""
    """A package that is not always there."""

    @property
    def ours(self) -> bool:
        return self.command == _OURS

    @property
    def missing(self) -> str:
        is_there = not self.needs or find_spec(self.needs) is not None
        return "" if is_there else f"{self.needs} is not installed: see requirements-bench.txt"


ARMS = (
    Arm("sse", "our SSE", _OURS, "sse"),
    Arm("websocket", "our WebSocket", _OURS, "websocket"),
    Arm("websocket-one", "our WebSocket, all runs on one", _OURS, "websocket", shared=True),
    Arm("fastapi", "FastAPI's SSE", (*_PEER, "fastapi"), "get"),
    Arm("sse-starlette", "sse-starlette", (*_PEER, "sse-starlette"), "get", needs="sse_starlette"),
    Arm("raw-sse", "raw ASGI, SSE", (*_PEER, "raw"), "get"),
    Arm("raw-websocket", "raw ASGI, WebSocket", (*_PEER, "raw"), "get-websocket"),
)


@dataclass(frozen=True)
class Server:
    """A running one."""

    process: psutil.Popen
    port: int
    output: Path
    """What it has printed on stderr."""

    @property
    def tracebacks(self) -> int:
        return self.output.read_text(errors="replace").count("Traceback (most recent call last)")


@contextmanager
def serving(arm: Arm) -> Iterator[Server]:
    """Starts the arm's server with a data folder of its own; ends it on leaving. Raises NotStarted."""
    with TemporaryDirectory(prefix="firstlight-bench-", ignore_cleanup_errors=True) as folder:
        output = Path(folder) / "output.txt"
        more = {"AGENT": "eval.bench.transport.source:agent", "FIRSTLIGHT_DATA": folder, "PYTHONPATH": str(ROOT)}
        with output.open("wb") as errors:
            process = psutil.Popen(
                [sys.executable, *arm.command],
                cwd=ROOT,
                env=os.environ | _PLENTY | more,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            yield Server(process, _port(arm, process, output), output)
        finally:
            _end(process)


def _port(arm: Arm, process: psutil.Popen, output: Path) -> int:
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    process.wait()
    raise NotStarted(f"{arm.name} did not start (exit code {process.returncode}):\n{output.read_text()[-2_000:]}")


def _end(process: psutil.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        for slow in psutil.wait_procs([process], timeout=10)[1]:
            slow.kill()
    process.wait()
    process.stdout.close()


def cpu_ns(pid: int) -> int:
    """User and system time of a process so far."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(~pid << 3 | 2)  # clock_getcpuclockid(3); psutil counts in hundredths of a second
    times = psutil.Process(pid).cpu_times()
    return int((times.user + times.system) * 1e9)


def memory(pid: int) -> int:
    """Bytes that are its own or shared, resident."""
    return int(psutil.Process(pid).memory_info().rss)
