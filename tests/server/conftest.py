"""A real server process, shared by the tests of a module."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running `python -m apps.api`."""

    process: subprocess.Popen[str]
    url: str
    data: Path
    output: Path


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers; `data` is their folder, other keywords are environment variables."""
    running: list[subprocess.Popen[str]] = []

    def started(data: Path | None = None, port: int = 0, **environment: str) -> Server:
        folder = data or tmp_path_factory.mktemp("server")
        output = folder / "output.txt"
        env = os.environ | {"AGENT": "tests.server.agents:agent", "FIRSTLIGHT_DATA": str(folder)} | environment
        with output.open("a") as errors:
            command = [sys.executable, "-m", "apps.api", "--port", str(port)]
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        running.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+?:\d+", line):
                return Server(process, found[0], folder, output)
        raise AssertionError(output.read_text()[-2000:])

    yield started
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="session")
def server(start: Start) -> Server:
    return start(FIRSTLIGHT_RATE="100000/minute")
