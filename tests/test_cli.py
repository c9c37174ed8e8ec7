"""`python -m agent`, as a person or a script calls it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.entries import Entry
from tests.streams import said

AGENTS = """
import asyncio
from agent.events import Error, Input, Status, Token

async def hello(request):
    yield Status(step="retrieving", label="Looking for it")
    for word in ("It ", "rose ", "on\\u2028line."):
        yield Token(text=word)
    yield Status(step="retrieving", state="done")

async def turns(request):
    yield Token(text=" | ".join(turn.question for turn in request.turns) or "no turns")

async def failing(request):
    yield Token(text="half")
    raise RuntimeError("no [bold]model[/bold]")

async def waiting(request):
    yield Token(text="half")
    await asyncio.Event().wait()

async def loud(request):
    print("loud")
    yield Token(text="quiet")

async def asking(request):
    reply = yield Input(id="q", prompt="Which?")
    yield Token(text=reply.state)

async def answer(request):
    return "It rose."
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user stands: beside a module with agents."""
    (tmp_path / "their_agents.py").write_text(AGENTS)
    (tmp_path / "raising.py").write_text("raise RuntimeError('no key sk-0123456789abcdef0123\\nset')")
    (tmp_path / "unfinished.py").write_text("async def f(:")
    monkeypatch.chdir(tmp_path)
    root = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ["PYTHONPATH"], root]))
    return tmp_path


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def called(*arguments: str) -> tuple[int, str, str]:
    """The exit code, the output and the errors."""
    with started(*arguments) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def asked(agent: str, *arguments: str, question: str = "Is it rising?") -> tuple[int, list[Entry]]:
    code, out, err = called("ask", question, "--agent", f"their_agents:{agent}", "--jsonl", *arguments)
    assert err == ""
    return code, [Entry.from_line(line) for line in out.removesuffix("\n").split("\n")]


def test_jsonl_is_the_entries_and_nothing_else() -> None:
    code, entries = asked("hello")
    assert code == 0
    assert said(entries) == [
        "retrieving running",
        "It ",
        "rose ",
        "on\u2028line.",
        "retrieving done",
        "done completed",
    ]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert len({entry.run_id for entry in entries}) == 1


def test_a_person_sees_the_steps_the_answer_and_the_times() -> None:
    code, out, err = called("ask", "Is it rising?", "--agent", "their_agents:hello")
    assert (code, err) == (0, "")
    assert "Looking for it" in out and "It rose on" in out
    assert "completed · first feedback" in out


def test_an_agent_that_fails_exits_1() -> None:
    code, entries = asked("failing")
    assert code == 1
    assert said(entries)[1:] == ["error agent_error: RuntimeError: no [bold]model[/bold]", "done error partial"]
    code, out, _ = called("ask", "?", "--agent", "their_agents:failing")
    assert code == 1
    assert "✗ RuntimeError: no [bold]model[/bold]" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", "?", "--agent", "nobody"), "no agent 'nobody': expected one of research"),
        (("ask", "?", "--agent", "missing_module:f"), "there is no module 'missing_module'"),
        (("ask", "?", "--agent", "their_agents:missing"), "has no 'missing'"),
        (("ask", "?", "--agent", "their_agents:answer"), "'answer' is a coroutine function, not an async generator"),
        (
            ("ask", "?", "--agent", "raising:f"),
            "importing module 'raising' failed: RuntimeError: no key [redacted] set",
        ),
        (("ask", "?", "--agent", "unfinished:f"), "importing module 'unfinished' failed: SyntaxError: "),
        (("ask", "?", "--agent", "their_agents:hello", "--session", "s404"), "no session 's404'"),
        (("ask", "?", "--agent", "their_agents:hello", "--pace", "warp"), "no pace 'warp'"),
        (("show", "r404"), "no run 'r404'"),
        (("replay", "r404"), "no run 'r404'"),
        (("export", "r404", "file.jsonl"), "no run 'r404'"),
        (("ask",), "Missing argument"),
        (("dance",), "No such command"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_cannot_be_used_exits_2(arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_deadline_exits_3() -> None:
    code, entries = asked("waiting", "--deadline", "0.2")
    assert code == 3
    assert said(entries) == ["half", "error deadline: The deadline of 0.2 s has passed.", "done timeout partial"]


def test_ctrl_c_cancels_the_run_and_still_prints_its_done() -> None:
    with started("ask", "?", "--agent", "their_agents:waiting", "--jsonl") as process:
        assert process.stdout is not None and process.stderr is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert said(Entry.from_line(line) for line in (first, rest)) == ["half", "done cancelled partial"]


def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(folder: Path) -> None:
    (folder / "typer.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n")
    assert called("ask", "?") == (130, "", "")


def test_a_question_is_declined_where_nobody_is_there_to_answer() -> None:
    code, entries = asked("asking")
    assert code == 0
    assert said(entries) == ["input q requested", "input q declined", "declined", "done completed"]


def test_a_session_continues() -> None:
    _, (first, *_) = asked("turns", question="one")
    _, out, _ = called("runs")
    session = next(word for word in out.split() if word.startswith("s_"))
    code, entries = asked("turns", "--session", session, question="two")
    assert (code, said(entries)) == (0, ["one", "done completed"])
    assert first.run_id in out


def test_a_run_can_be_listed_shown_replayed_and_exported(folder: Path) -> None:
    _, entries = asked("hello")
    run_id = entries[0].run_id
    code, out, err = called("runs")
    assert (code, err) == (0, "")
    assert run_id in out and "completed" in out and "their_agents:hello" in out and "Is it rising?" in out

    code, out, err = called("show", run_id)
    assert (code, err) == (0, "")
    assert "Is it rising?" in out and "It rose on" in out
    code, out, _ = called("show", run_id, "--jsonl")
    assert (code, [Entry.from_line(line) for line in out.removesuffix("\n").split("\n")]) == (0, entries)

    code, out, _ = called("export", run_id, "run.jsonl")
    assert (code, out) == (0, "")
    head, *lines = (folder / "run.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert json.loads(head)["run"]["run_id"] == run_id
    assert [Entry.from_line(line) for line in lines] == entries

    for source in (run_id, "run.jsonl"):
        code, out, _ = called("replay", source, "--speed", "100", "--jsonl")
        again = [Entry.from_line(line) for line in out.removesuffix("\n").split("\n")]
        assert (code, said(again)) == (0, said(entries))
        assert again[0].run_id != run_id
    code, out, _ = called("runs")
    assert out.count("(replay)") == 2


def test_an_export_says_where_it_cannot_write_and_what_it_would_replace(folder: Path) -> None:
    _, entries = asked("hello")
    run_id = entries[0].run_id
    for file, reason in {"no/such/x": "No such file or directory", str(folder): "Is a directory"}.items():
        code, out, err = called("export", run_id, file)
        assert (code, out, err) == (2, "", f"firstlight: cannot write to {file!r}: {reason}\n")
    (folder / "kept.jsonl").write_text("kept")
    code, _, err = called("export", run_id, "kept.jsonl")
    assert (code, err) == (2, "firstlight: 'kept.jsonl' is there already: --force replaces it\n")
    assert (folder / "kept.jsonl").read_text() == "kept"
    assert called("export", run_id, "kept.jsonl", "--force")[0] == 0
    assert run_id in (folder / "kept.jsonl").read_text(encoding="utf-8")


def test_a_recording_that_is_damaged_is_refused(folder: Path) -> None:
    (folder / "run.jsonl").write_text("{}\n")
    code, out, err = called("replay", "run.jsonl")
    assert (code, out) == (2, "")
    assert "line 1" in err


def test_the_data_folder_can_be_chosen(folder: Path) -> None:
    asked("hello", "--data", str(folder / "here"))
    assert (folder / "here" / "firstlight.sqlite3").exists()
    assert not (folder / "data").exists()
    code, out, _ = called("runs", "--data", str(folder / "here"))
    assert (code, "their_agents:hello" in out) == (0, True)


def test_what_an_agent_prints_is_no_entry() -> None:
    _, out, err = called("ask", "?", "--agent", "their_agents:loud", "--jsonl")
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["token", "done"]
    assert "loud" in err


def test_a_question_that_is_too_long_is_refused_in_one_line() -> None:
    code, _, err = called("ask", "x" * 100_001, "--agent", "their_agents:hello")
    assert code == 2
    assert "question" in err
    assert "Traceback" not in err


def test_a_collection_that_is_not_there_is_a_usage_error() -> None:
    code, out, err = called("ask", "?", "--collection", "nowhere")
    assert (code, out) == (2, "")
    assert "'nowhere'" in err


def test_the_command_that_index_prints_can_be_pasted(folder: Path) -> None:
    (folder / "papers").mkdir()
    (folder / "papers" / "a.md").write_text("Revenue rose in the second quarter.")
    code, out, _ = called("index", "papers", "--name", "my papers")
    assert code == 0
    assert "Ask them: python -m agent ask \"...\" --collection 'my papers'" in out


def test_an_index_of_no_folder_draws_no_bar() -> None:
    assert called("index", "nowhere") == (2, "", "firstlight: 'nowhere' is not a folder\n")
    code, out, err = called("index", ".", "--name", "../x")
    assert (code, out) == (2, "")
    assert err.startswith("firstlight: '../x' is no name for a collection")
