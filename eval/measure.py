"""`python -m eval run`: makes the runs with a progress bar, writes the folder, prints the table."""

import asyncio
import contextlib
import math
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from agent.entries import Entry
from agent.errors import UsageError
from agent.metrics import FAILURES, Row, duration, measure
from agent.pacing import paced
from agent.registry import resolve
from eval.harness import Plan, run_plan
from eval.headline import headline
from eval.manifest import Manifest, Planned, git_commit, host, load, versions
from eval.metrics import numbers
from eval.report import table
from eval.runset import Runset, save
from eval.stats import quantile


def measure_suite(plan: Plan, folder: Path, label: str, console: Console) -> Runset:
    """Makes the plan's runs and writes them to `folder`, those made until Ctrl-C as well.

    Raises UsageError for an unknown agent or pace, and for a folder that is in use.
    """
    agent = resolve(plan.agent)
    paced(agent, plan.pace)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{str(folder)!r} is not empty: measurements are not overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    created, machine = datetime.now(UTC), host()
    runs: list[Planned] = []
    entries: dict[str, list[Entry]] = {}
    with _Live(plan, console) as live, contextlib.suppress(KeyboardInterrupt):

        def heard(planned: Planned, said: list[Entry]) -> None:
            runs.append(planned)
            entries[planned.run_id] = said
            live.add(measure(said, plan.tau_s))

        asyncio.run(run_plan(plan, agent, heard))
    manifest = Manifest(
        created_at=created.isoformat(timespec="seconds"),
        label=label,
        suite=plan.suite.name,
        prompts={prompt.id: prompt.prompt for prompt in plan.suite.prompts},
        tags={prompt.id: prompt.tags for prompt in plan.suite.prompts},
        complete=len(runs) == plan.reps * len(plan.suite.prompts),
        runs=tuple(runs),
        versions=versions(),
        git=git_commit(),
        host=machine.model_copy(update={"load_after": load()}),
        **plan.model_dump(exclude={"suite"}),
    )
    runset = Runset(manifest, entries)
    save(runset, folder)
    return runset


class _Live(Progress):
    """The progress of a plan, with the medians so far."""

    def __init__(self, plan: Plan, console: Console) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        super().__init__(*columns, console=console)
        self._rows: list[Row] = []
        self._task = self.add_task("warming up", total=plan.reps * len(plan.suite.prompts))

    def add(self, row: Row) -> None:
        self._rows.append(row)
        medians = [f"{name} {duration(_middle(self._rows, name))}" for name in ("ttff", "ttfvt", "lsg")]
        failed = sum(each["outcome"] in FAILURES for each in self._rows)
        self.update(self._task, advance=1, description=" · ".join([*medians, f"failed {failed}"]))


def _middle(rows: list[Row], name: str) -> float:
    values = sorted(numbers(rows, name))
    return quantile(values, 0.5) if values else math.inf


def show(runset: Runset, console: Console) -> None:
    """The table of at most 8 rows, and the headline."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("metric")
    for name in ("median", "95 % interval", "p90", "n"):
        shown.add_column(name, justify="right")
    for name, _, *cells in table(runset.summary):
        shown.add_row(name, *cells)
    console.print(shown)
    console.print()
    if runset.manifest.pace:
        console.print(f"Simulated pace: {runset.manifest.pace}. These times are not the agent's own.", style="yellow")
    for sentence in headline(runset.summary, runset.rows, runset.manifest.planned):
        console.print(sentence, highlight=False, markup=False)
