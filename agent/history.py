"""Looking at what was asked, in a terminal."""

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.errors import UsageError
from agent.home import open_core
from agent.replay import Recording, recording_of
from agent.sqlite_log import SqliteLog
from agent.terminal import Terminal, plain


async def list_runs(session: str, limit: int, folder: Path | None) -> int:
    async with open_core(folder) as core:
        found = await core.log.runs(session, limit)
    table = Table(box=None, pad_edge=False)
    for name in ("run", "started", "state", "agent", "session", "question"):
        table.add_column(name, no_wrap=name != "question")
    for run in found:
        started = datetime.fromtimestamp(run.created_at).isoformat(" ", "seconds")
        agent = f"{run.agent} (replay)" if run.replay_of else run.agent
        table.add_row(run.run_id, started, run.state, agent, run.session_id, Text(plain(run.question)))
    console = Console()
    if console.is_terminal:
        console.print(table)
    else:
        Console(width=240).print(table)
    return 0


async def show_run(run_id: str, jsonl: bool, folder: Path | None) -> int:
    async with open_core(folder) as core:
        run = await core.log.run(run_id)
        terminal = Terminal(Console(highlight=False))
        if not jsonl:
            Console().print(Text(plain(run.question), "bold"))
        try:
            async for entry in core.log.follow(run_id):
                if jsonl:
                    print(entry.line())
                else:
                    terminal.show(entry)
        finally:
            terminal.close()
    return 0


async def prune_runs(days: float, folder: Path | None) -> int:
    async with open_core(folder) as core:
        assert isinstance(core.log, SqliteLog)
        count = await core.log.drop_older(days * 86_400)
    Console(stderr=True).print(f"the entries of {count} runs were dropped", style="dim")
    return 0


async def export_run(run_id: str, file: Path, force: bool, folder: Path | None) -> int:
    async with open_core(folder) as core:
        recording = await recording_of(core.log, run_id)
    _save(recording, file, force)
    Console(stderr=True).print(f"{len(recording.entries)} entries written to {file}", style="dim")
    return 0


def _save(recording: Recording, file: Path, force: bool) -> None:
    if file.is_file() and not force:
        raise UsageError(f"{str(file)!r} is there already: --force replaces it")
    try:
        recording.save(file)
    except OSError as error:
        raise UsageError(f"cannot write to {str(file)!r}: {error.strerror or error}") from error
