"""Indexing a folder of documents, in a terminal."""

import asyncio
import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from agent.home import data_folder
from agent.research.documents import indexing as documents
from agent.terminal import plain

NAMED = 8
"""Files named in one line of the summary."""


async def index_in_terminal(folder: Path, name: str, data: Path | None) -> int:
    """Indexes and says what was done with each file; 1 where no file of the folder could be read."""
    collection, where = name or (await asyncio.to_thread(folder.resolve)).name, data or data_folder()
    await asyncio.to_thread(documents.place_of, folder, collection, where)  # before a bar stands there for nothing
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Looking through the folder", total=None)

        def draw(now: documents.Progress) -> None:
            finished = now.state not in ("reading", "embedding")
            described = f"{now.state} {plain(now.file)[-48:]}"
            bar.update(task, total=now.files, completed=now.number - (not finished), description=described)

        report = await asyncio.to_thread(documents.index_folder, folder, collection, where, draw)
        files = len(report.indexed) + len(report.unchanged) + len(report.skipped)
        bar.update(task, total=files, completed=files, description="Finished")
    for file, reason in report.skipped:
        console.print(f"skipped {plain(file)}: {plain(reason)}", style="yellow", markup=False, highlight=False)
    Console().print(summary(report), markup=False, highlight=False)
    return 0 if report.passages else 1


def summary(report: documents.IndexReport) -> str:
    """How many files were indexed, unchanged, removed and skipped, and which; then how to ask them."""
    groups = {
        "indexed": report.indexed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": [file for file, _ in report.skipped],
    }
    counts = ", ".join(f"{len(files)} {done}" for done, files in groups.items())
    named = [f"  {done}: {_listed(files)}" for done, files in groups.items() if files]
    if not report.passages:
        return "\n".join([f"{report.name}: {counts}; there is nothing to ask", *named])
    ask = f'python -m agent ask "..." --collection {shlex.quote(report.name)}'
    told = f"{report.name}: {counts}; passages: {report.passages}; {report.seconds:.1f} s"
    return "\n".join([told, *named, f"Ask them: {ask}"])


def _listed(files: Sequence[str]) -> str:
    more = len(files) - NAMED
    return ", ".join(plain(file) for file in files[:NAMED]) + (f" and {more} more" if more > 0 else "")
