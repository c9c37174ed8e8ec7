"""`python -m eval bench NAME`: what our own parts cost, beside their peers. One module a bench."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure what Firstlight's own parts cost.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]


@app.command("pipeline")
def bench_pipeline(
    tokens: Annotated[int, typer.Option(min=100, help="Tokens a repetition.")] = 3000,
    repeats: Annotated[int, typer.Option(min=1, help="Repetitions, all contenders in turn.")] = 7,
    as_json: Json = False,
) -> None:
    """Microseconds per token event from agent to reader."""
    from eval.bench.pipeline import measure, show

    show(measure(tokens, repeats), as_json)


@app.command("log")
def bench_log(
    kills: Annotated[int, typer.Option(min=0, help="How often a writing process is killed with -9.")] = 20,
    seed: int = 0,
    as_json: Json = False,
) -> None:
    """Append-to-reader latency, and what kill -9 loses of what was shown. Exit code 1 if anything."""
    from eval.bench.log import measure, show

    result = measure(kills, seed)
    show(result, as_json)
    raise typer.Exit(1 if result.shown_but_lost or result.left_open else 0)


@app.command("pages")
def bench_pages(
    names: Annotated[str, typer.Option("--pages", help="Some of them, with commas between; else all.")] = "",
    quick: Annotated[bool, typer.Option(help="600 tokens an answer, and few questions.")] = False,
    reps: Annotated[int, typer.Option(min=1, help="Repetitions, each in a fresh server.")] = 1,
    as_json: Json = False,
) -> None:
    """How far a real browser's screen is behind the agent: ours beside the naive pages. Exit code 1 if one failed."""
    from eval.bench.page_tables import run

    raise typer.Exit(run(names, quick, reps, as_json))


@app.command("transport")
def bench_transport(
    names: Annotated[str, typer.Option("--arms", help="Some of them, with commas between; else all.")] = "",
    quick: Annotated[bool, typer.Option(help="Few streams, for a second each.")] = False,
    markdown: Annotated[Path | None, typer.Option(help="A page whose generated part is made anew.")] = None,
    as_json: Json = False,
) -> None:
    """Our SSE and WebSocket beside other people's SSE, each from a real server. Exit code 1 if one failed."""
    from eval.bench.transport.tables import run

    raise typer.Exit(run(names, quick, as_json, markdown))
