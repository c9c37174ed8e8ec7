"""The pages that are compared, each started as a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from eval.bench.token_source import FOLDER

ROOT = Path(__file__).parents[2]
START_S = 180.0
_QUIET = ("--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1")
# Without its defaults, so that the comparison is of ways to stream and not of settings.
_TUNED = ("--server.fileWatcherType=none", "--runner.postScriptGC=false")


@dataclass(frozen=True)
class Contender:
    """A page under test."""

    name: str
    page: str
    """Which front end: gradio or streamlit."""
    command: tuple[str, ...]
    """Arguments of python; `{port}` is filled in."""
    path: str = "/"
    ours: bool = False
    started: str = "/"
    """Answers with 200 when the whole process has started, which may be later than its page."""


_DEMO = ("-m", "apps.demo", "--port", "{port}")
CONTENDERS = (
    Contender("firstlight-gradio", "gradio", _DEMO, "/gradio/", ours=True, started="/gradio/"),
    Contender("firstlight-streamlit", "streamlit", _DEMO, "/streamlit/", ours=True, started="/gradio/"),
    Contender("gradio-chatinterface", "gradio", ("-m", "eval.bench.naive_gradio", "{port}")),
    Contender(
        "streamlit-write-stream",
        "streamlit",
        (
            *("-m", "streamlit", "run", str(Path(__file__).with_name("naive_streamlit.py"))),
            *("--server.port={port}", *_QUIET, *_TUNED),
        ),
    ),
)


class NotStarted(Exception):
    """A page's server ended, or did not answer in time; the text holds the end of its output."""


@dataclass(frozen=True)
class Server:
    """A running page."""

    contender: Contender
    process: psutil.Popen
    address: str
    stamps: Path
    log: Path
    """All that the process has printed."""

    @property
    def url(self) -> str:
        return self.address + self.contender.path

    def wait_for_page(self) -> None:
        """Raises NotStarted."""
        self._wait_for(self.contender.path)

    def wait_for_all(self) -> None:
        """Raises NotStarted."""
        self._wait_for(self.contender.started)

    def cpu_s(self) -> float:
        """User and system seconds of the process and its children so far."""
        return sum(_cpu(each) for each in [self.process, *self.process.children(recursive=True)])

    def _wait_for(self, path: str) -> None:
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.address + path, timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        said = self.log.read_text(errors="replace")[-2_000:]
        raise NotStarted(f"{self.contender.name} did not start (exit code {self.process.poll()}):\n{said}")


@contextmanager
def serving(contender: Contender, folder: Path) -> Iterator[Server]:
    """Starts the page with everything it keeps in `folder`; ends it on leaving. Raises NotStarted."""
    port, stamps, log = _free_port(), folder / "stamps", folder / "output.txt"
    stamps.mkdir(parents=True)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "AGENT": "eval.bench.token_source:agent",
        "FIRSTLIGHT_DATA": str(folder / "data"),
        "GRADIO_ANALYTICS_ENABLED": "False",
        FOLDER: str(stamps),
    }
    command = [sys.executable, *(part.format(port=port) for part in contender.command)]
    with log.open("wb") as output:
        process = psutil.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            server = Server(contender, process, f"http://127.0.0.1:{port}", stamps, log)
            server.wait_for_page()
            yield server
        finally:
            _end(process)


def _end(process: psutil.Popen) -> None:
    if process.poll() is not None:
        return
    family = [process, *process.children(recursive=True)]
    process.terminate()
    for one in psutil.wait_procs(family, timeout=5)[1]:
        one.kill()
    process.wait()


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
