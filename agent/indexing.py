"""Indexing a folder of documents, in a terminal."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from agent.home import data_folder
from agent.research.documents import indexing as documents
from agent.terminal import plain


async def index_in_terminal(folder: Path, name: str, data: Path | None) -> int:
    """Indexes and says what could not be read; 1 where no file of the folder could be."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Looking through the folder", total=None)

        def draw(now: documents.Progress) -> None:
            finished = now.state not in ("reading", "embedding")
            described = f"{now.state} {plain(now.file)[-48:]}"
            bar.update(task, total=now.files, completed=now.number - (not finished), description=described)

        collection = name or (await asyncio.to_thread(folder.resolve)).name
        report = await asyncio.to_thread(documents.index_folder, folder, collection, data or data_folder(), draw)
    for file, reason in report.skipped:
        console.print(f"skipped {plain(file)}: {plain(reason)}", style="yellow", markup=False, highlight=False)
    Console().print(_summary(report), markup=False, highlight=False)
    return 0 if report.passages else 1


def _summary(report: documents.IndexReport) -> str:
    counts = (
        f"{len(report.indexed)} indexed, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed, {len(report.skipped)} skipped"
    )
    if not report.passages:
        return f"{report.name}: {counts}; there is nothing to ask"
    ask = f'python -m agent ask "..." --collection {report.name}'
    return f"{report.name}: {counts}; passages: {report.passages}; {report.seconds:.1f} s\nAsk them: {ask}"
