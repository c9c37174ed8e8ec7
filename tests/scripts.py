"""Other processes, and what they would read."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agent.entries import Entry
from agent.sqlite_store import SqliteStore

ROOT = Path(__file__).parents[1]


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A script in a process of its own, with the repository on its path."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


async def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        await asyncio.sleep(0.01)


def stored(folder: Path, run_id: str = "r1") -> list[Entry]:
    """What another process would read."""
    store = SqliteStore(folder / "firstlight.sqlite3", busy_ms=5000)
    try:
        return store.entries(run_id)
    finally:
        store.close()
