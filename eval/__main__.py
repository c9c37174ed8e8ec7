"""`python -m eval`: measure, report, bench."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.errors import FirstlightError, UsageError
from eval.bench import app as bench

app = typer.Typer(help="Measure how an agent's answers arrive.", no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(bench, name="bench")
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON and nothing else on stdout.")]


@app.command()
def run(
    suite: Annotated[
        Path | None, typer.Argument(help="A JSONL file of prompts; else the suite that is shipped.")
    ] = None,
    reps: Annotated[int, typer.Option(min=1, help="How often each prompt is asked.")] = 5,
    out: Annotated[Path | None, typer.Option(help="A new folder; else runs/<UTC>-<label>.")] = None,
    agent: Annotated[str, typer.Option(help="A name, or module:function; else AGENT, else the built-in one.")] = "",
    model: Annotated[str, typer.Option(help="Which chat model, where the agent has a choice.")] = "",
    pace: Annotated[str, typer.Option(help="Simulate a pace: hosted, slow-agent, local-cpu; else as it is.")] = "",
    seed: Annotated[int, typer.Option(help="For the order of the prompts and a simulated pace.")] = 0,
    warmup: Annotated[int, typer.Option(min=0, help="Runs before the measured ones.")] = 1,
    deadline: Annotated[float, typer.Option(min=0.001, help="Seconds that a run may take.")] = 300,
    label: Annotated[str, typer.Option(help="What to call the set of runs; else the suite's name.")] = "",
    as_json: Json = False,
) -> None:
    """Measure a suite. Exit code: 0 all runs completed, 1 some did not, 2 usage."""
    from agent.registry import chosen
    from eval.harness import Plan
    from eval.measure import measure_suite, show
    from eval.suite import FIRST, load_suite

    try:
        prompts = load_suite(suite or FIRST)
        plan = Plan(
            suite=prompts,
            agent=agent or chosen(),
            reps=reps,
            warmup=warmup,
            seed=seed,
            model=model,
            pace=pace,
            deadline_s=deadline,
        )
        label = label or prompts.name
        folder = out or Path("runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{label}"
        runset = measure_suite(plan, folder, label, Console(stderr=True))
    except FirstlightError as error:
        raise _failed(error) from None
    if as_json:
        print(runset.summary.model_dump_json(indent=2))
    else:
        show(runset, Console())
        print(f"\n{folder}{os.sep}report.html")
    whole = runset.manifest.complete and set(runset.summary.outcomes) == {"completed"}
    raise typer.Exit(0 if whole else 1)


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="A folder that `run` wrote.")]) -> None:
    """Make the reports and tables of a folder again, from its events."""
    from eval.runset import load, save

    try:
        save(load(folder), folder)
    except FirstlightError as error:
        raise _failed(error) from None
    print(folder / "report.html")


def _failed(error: FirstlightError) -> typer.Exit:
    print(f"firstlight: {error}", file=sys.stderr)
    return typer.Exit(2 if isinstance(error, UsageError) else 1)


if __name__ == "__main__":
    app()
