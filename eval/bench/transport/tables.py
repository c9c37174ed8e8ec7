"""The bench of the transports as a command: progress on stderr; a table, JSON, or a page of docs/ as the result."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.bench.transport.advice import page
from eval.bench.transport.cells import table
from eval.bench.transport.measure import QUICK, Plan, measure
from eval.bench.transport.rows import Result
from eval.bench.transport.servers import ARMS


def run(names: str, quick: bool, as_json: bool, markdown: Path | None) -> int:
    """The exit code: 0; 1 where an arm could not be measured; 2 for an arm that is not known."""
    known = {arm.name: arm for arm in ARMS}
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    if unknown := [name for name in chosen if name not in known]:
        print(f"firstlight: no arm {unknown[0]!r}: expected some of {', '.join(known)}", file=sys.stderr)
        return 2
    result = measure([known[name] for name in chosen], QUICK if quick else Plan(), _progress)
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text(page(result, markdown.read_text() if markdown.exists() else ""))
    show(result, as_json)
    return 1 if any(row.skipped for row in result.rows) else 0


def show(result: Result, as_json: bool) -> None:
    if as_json:
        print(result.model_dump_json(indent=2))
        return
    head, *lines = table(result)
    shown = Table(box=None, header_style="bold")
    shown.add_column(head[0])
    for name in head[1:]:
        shown.add_column(name, justify="right")
    for line in lines:
        shown.add_row(*line)
    console = Console(highlight=False)
    console.print(shown)
    for row in result.rows:
        if row.skipped:
            console.print(f"{row.name}: {row.skipped}", style="red", markup=False)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
