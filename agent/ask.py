"""Asking, here or on a server, and replaying, in a terminal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.prompt import Prompt

from agent.client import API_KEY, Client
from agent.entries import Entry
from agent.errors import InputRejected
from agent.events import Input, Outcome
from agent.home import Core, data_folder, open_core
from agent.registry import chosen
from agent.replay import Recording, recording_of
from agent.request import Request
from agent.terminal import Terminal, plain

EXIT_CODES: dict[Outcome, int] = {"completed": 0, "error": 1, "interrupted": 1, "timeout": 3, "cancelled": 130}


async def ask_in_terminal(request: Request, *, agent: str, jsonl: bool, folder: Path | None) -> int:
    """Asks, shows the run as it goes, and returns the exit code."""
    if request.collection:
        from agent.research.documents.collection import open_collection

        await asyncio.to_thread(open_collection, request.collection, folder or data_folder())
    async with open_core(folder) as core:
        if request.session_id:
            await core.log.session(request.session_id)
        run_id = await core.ask(request, agent=agent or chosen())
        return await _watch(_Here(core), run_id, jsonl)


async def ask_server(request: Request, url: str, *, agent: str, jsonl: bool) -> int:
    """The same on a server of ours, with the key that FIRSTLIGHT_API_KEY holds. Raises ServerError."""
    async with Client(url, key=os.environ.get(API_KEY, "")) as client:
        return await _watch(client, await client.start(request, agent=agent), jsonl)


async def replay_in_terminal(run: str, speed: float, *, jsonl: bool, folder: Path | None) -> int:
    """Plays a run of the log, or a recording's file, as a run of its own."""
    file = _file(run)
    async with open_core(folder) as core:
        recording = Recording.load(file) if file else await recording_of(core.log, run)
        if not jsonl:
            Console(stderr=True).print(f"replay of {recording.run.run_id} at speed {speed:g}", style="dim")
        return await _watch(_Here(core), await core.replay(recording, speed), jsonl)


def _file(run: str) -> Path | None:
    return Path(run) if Path(run).is_file() else None


class _Place(Protocol):
    """Where a run goes on: this process, or a server (agent/client.py)."""

    def follow(self, run_id: str) -> AsyncIterator[Entry]: ...

    async def cancel(self, run_id: str) -> object: ...

    async def answer(self, run_id: str, input_id: str, value: object, *, by: str, decline: bool) -> None: ...


class _Here:
    """This process."""

    def __init__(self, core: Core) -> None:
        self.follow, self.cancel, self.answer = core.log.follow, core.runner.cancel, core.runner.answer


async def _watch(place: _Place, run_id: str, jsonl: bool) -> int:
    out = sys.stdout
    outcome: Outcome = "interrupted"
    with _ctrl_c(lambda: place.cancel(run_id)), redirect_stdout(sys.stderr):  # what an agent prints is not ours
        terminal = None if jsonl else Terminal(Console(file=out, highlight=False))
        try:
            async for entry in place.follow(run_id):
                event = entry.event
                if terminal is None:
                    print(entry.line(), file=out, flush=True)
                else:
                    terminal.show(entry)
                if isinstance(event, Input) and event.state == "requested":
                    await _answer(place, entry, event)
                if event.type == "done":
                    outcome = event.outcome
        finally:
            if terminal is not None:
                terminal.close()
    return EXIT_CODES[outcome]


async def _answer(place: _Place, entry: Entry, question: Input) -> None:
    """Asks the person at the terminal; where nobody is there, the question is declined."""
    while True:
        decline = not sys.stdin.isatty()
        said = "" if decline else await asyncio.to_thread(Prompt.ask, plain(question.prompt), default="")
        try:
            await place.answer(entry.run_id, question.id, said, by="terminal", decline=decline or not said)
        except InputRejected as error:
            Console(stderr=True).print(str(error), style="red", markup=False)
        else:
            return


@contextmanager
def _ctrl_c(cancel: Callable[[], Awaitable[object]]) -> Iterator[None]:
    """Ctrl-C cancels the run instead of ending the process."""
    loop = asyncio.get_running_loop()
    cancelling: set[asyncio.Future[object]] = set()

    def start() -> None:
        cancelling.add(asyncio.ensure_future(cancel()))

    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(start))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
