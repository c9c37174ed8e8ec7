"""The commands: ask, look at what was asked, play it again, index documents."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from agent.errors import FirstlightError

app = typer.Typer(
    help="Ask the agent, and look at what was asked.", no_args_is_help=True, pretty_exceptions_enable=False
)


def _use(folder: Path | None) -> Path | None:
    """The built-in agent finds its collections there too."""
    if folder is not None:
        os.environ["FIRSTLIGHT_DATA"] = str(folder)
    return folder


Data = Annotated[
    Path | None, typer.Option(callback=_use, help="The data folder; else FIRSTLIGHT_DATA, else the user's own.")
]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="Print the entries, one JSON object a line, and nothing else.")]


@app.command()
def ask(
    question: str,
    agent: Annotated[str, typer.Option(help="A name, module:function, or the address of a Firstlight server.")] = "",
    url: Annotated[str, typer.Option(help="Ask the Firstlight server at this address.")] = "",
    session: Annotated[str, typer.Option(help="Continue this session.")] = "",
    pace: Annotated[str, typer.Option(help="Simulate a pace: hosted, slow-agent, local-cpu.")] = "",
    collection: Annotated[str, typer.Option(help="Ask this collection of your documents.")] = "",
    deadline: Annotated[float, typer.Option(min=0.001, help="Seconds that the run may take.")] = 300,
    jsonl: Jsonl = False,
    data: Data = None,
) -> None:
    """Ask a question. Exit code: 0 completed, 1 error, 2 usage, 3 timeout, 130 cancelled."""
    from agent.ask import ask_in_terminal, ask_server
    from agent.request import Limits, Request

    def asked() -> Coroutine[Any, Any, int]:
        if not question.strip():
            raise typer.BadParameter("the question is empty")
        request = Request(
            question=question, session_id=session, pace=pace, collection=collection, limits=Limits(deadline=deadline)
        )
        if url:
            return ask_server(request, url, agent=agent, jsonl=jsonl)
        return ask_in_terminal(request, agent=agent, jsonl=jsonl, folder=data)

    raise typer.Exit(_run(asked))


@app.command()
def runs(
    session: Annotated[str, typer.Option(help="Only this session's.")] = "",
    limit: Annotated[int, typer.Option(min=1)] = 20,
    data: Data = None,
) -> None:
    """List the runs, newest first."""
    from agent.history import list_runs

    raise typer.Exit(_run(lambda: list_runs(session, limit, data)))


@app.command()
def show(run: str, jsonl: Jsonl = False, data: Data = None) -> None:
    """Show a run as it ended, or as it goes on."""
    from agent.history import show_run

    raise typer.Exit(_run(lambda: show_run(run, jsonl, data)))


@app.command()
def replay(
    run: Annotated[str, typer.Argument(help="A run's id, or a recording's file.")],
    speed: Annotated[float, typer.Option(help="2 plays in half of the time.")] = 1.0,
    jsonl: Jsonl = False,
    data: Data = None,
) -> None:
    """Play a run again, with its timing, through the live path."""
    from agent.ask import replay_in_terminal

    raise typer.Exit(_run(lambda: replay_in_terminal(run, speed, jsonl=jsonl, folder=data)))


@app.command()
def export(
    run: str,
    file: Path,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
    data: Data = None,
) -> None:
    """Write a run to a file, as a recording."""
    from agent.history import export_run

    raise typer.Exit(_run(lambda: export_run(run, file, force, data)))


@app.command()
def prune(
    days: Annotated[float, typer.Option(min=0, help="Runs that began longer ago.")],
    data: Data = None,
) -> None:
    """Drop the entries of old runs; their questions, answers and sources stay."""
    from agent.history import prune_runs

    raise typer.Exit(_run(lambda: prune_runs(days, data)))


@app.command()
def index(
    folder: Annotated[Path, typer.Argument(help="A folder with PDF, HTML, Markdown and text files.")],
    name: Annotated[str, typer.Option(help="What to call the collection; else the folder's name.")] = "",
    data: Data = None,
) -> None:
    """Index a folder of your own documents; again: only what changed."""
    from agent.indexing import index_in_terminal

    raise typer.Exit(_run(lambda: index_in_terminal(folder, name, data)))


def _run(command: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """The command's exit code; an error of ours is one line on stderr."""
    from pydantic import ValidationError

    from agent.errors import UsageError

    try:
        return asyncio.run(command())
    except ValidationError as error:
        first = error.errors()[0]
        shown = repr(first["input"])[:80]
        _complain(f"{'.'.join(map(str, first['loc']))}: {first['msg']}, not {shown}")
        return 2
    except FirstlightError as error:
        _complain(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, as `head` does
        return 0


def _complain(reason: str) -> None:
    Console(stderr=True).print(f"firstlight: {reason}", style="red", markup=False, highlight=False, soft_wrap=True)
