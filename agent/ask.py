"""Asking, and replaying, in a terminal."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.prompt import Prompt

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
        return await _watch(core, lambda: core.ask(request, agent=agent or chosen()), jsonl)


async def replay_in_terminal(run: str, speed: float, *, jsonl: bool, folder: Path | None) -> int:
    """Plays a run of the log, or a recording's file, as a run of its own."""
    file = _file(run)
    async with open_core(folder) as core:
        recording = Recording.load(file) if file else await recording_of(core.log, run)
        if not jsonl:
            Console(stderr=True).print(f"replay of {recording.run.run_id} at speed {speed:g}", style="dim")
        return await _watch(core, lambda: core.replay(recording, speed), jsonl)


def _file(run: str) -> Path | None:
    return Path(run) if Path(run).is_file() else None


async def _watch(core: Core, start: Callable[[], Awaitable[str]], jsonl: bool) -> int:
    out = sys.stdout
    run_id = await start()
    outcome: Outcome = "interrupted"
    with _ctrl_c(lambda: core.runner.cancel(run_id)), redirect_stdout(sys.stderr):  # what an agent prints is not ours
        terminal = None if jsonl else Terminal(Console(file=out, highlight=False))
        try:
            async for entry in core.log.follow(run_id):
                event = entry.event
                if terminal is None:
                    print(entry.line(), file=out, flush=True)
                else:
                    terminal.show(entry)
                if isinstance(event, Input) and event.state == "requested":
                    await _answer(core, entry, event)
                if event.type == "done":
                    outcome = event.outcome
        finally:
            if terminal is not None:
                terminal.close()
    return EXIT_CODES[outcome]


async def _answer(core: Core, entry: Entry, question: Input) -> None:
    """Asks the person at the terminal; where nobody is there, the question is declined."""
    while True:
        decline = not sys.stdin.isatty()
        said = "" if decline else await asyncio.to_thread(Prompt.ask, plain(question.prompt), default="")
        try:
            await core.runner.answer(entry.run_id, question.id, said, by="terminal", decline=decline or not said)
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
