"""Real server processes, other people's JavaScript clients, and a browser."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from agent.home import Core, open_core
from apps.api import build, opened
from apps.session import Sessions
from tests.browser.conftest import ARGS
from tests.needs import chromium

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running `python -m apps.api`."""

    process: subprocess.Popen[str]
    url: str
    data: Path
    output: Path


Start = Callable[..., Server]


@contextmanager
def starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers; `data`: their folder, `options`: their command line, other keywords: environment variables."""
    running: list[subprocess.Popen[str]] = []

    def started(data: Path | None = None, port: int = 0, options: Sequence[str] = (), **environment: str) -> Server:
        folder = data or tmp_path_factory.mktemp("server")
        output = folder / "output.txt"
        env = os.environ | {"AGENT": "tests.server.agents:agent", "FIRSTLIGHT_DATA": str(folder)} | environment
        with output.open("a") as errors:
            command = [sys.executable, "-m", "apps.api", "--port", str(port), *options]
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


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers that end with the test."""
    with starting(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def start_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers that many tests share."""
    with starting(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def server(start_for_all: Start) -> Server:
    return start_for_all(FIRSTLIGHT_RATE="100000/minute")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for longer: while it is open, no other test can have an event loop."""
    if not chromium():
        assert os.environ.get("CI") != "true", "the browser tests need Chromium"
        pytest.skip("no Chromium: python -m tests.needs")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
async def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    """A core in this process, with the agent of tests/server/agents.py."""
    monkeypatch.setenv("AGENT", "tests.server.agents:agent")
    async with open_core(tmp_path) as core:
        yield core


@pytest.fixture
async def http(core: Core) -> AsyncIterator[httpx.AsyncClient]:
    """Asks an application over that core, without a server."""
    app = build()
    async with opened(app, Sessions(core)):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here.invalid") as client:
            yield client


JS = ROOT / "tests" / "js"
RunJs = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def js(tmp_path_factory: pytest.TempPathFactory) -> RunJs:
    """Runs a script of tests/js under Node, and returns the JSON objects that it prints, one a line.

    The clients are those of tests/js/package-lock.json, as npm gives them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    assert node and npm, "Node 20 or newer and npm are needed on PATH"
    lock = JS / "package-lock.json"
    installed = JS / "node_modules" / ".package-lock.json"
    with FileLock(tmp_path_factory.getbasetemp().parent / "npm.lock"):
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=JS, check=True, timeout=300)

    def run(script: str, *arguments: str, timeout: float = 60) -> list[dict[str, Any]]:
        command = [str(node), str(JS / script), *arguments]
        told = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=JS)
        assert told.returncode == 0, told.stderr[-4000:]
        return [json.loads(line) for line in told.stdout.split("\n") if line]

    return run
