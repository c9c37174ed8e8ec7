"""`python -m eval run` and `report`, with agents that are written here."""

import asyncio
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pandas
import pytest
from typer.testing import CliRunner

from agent.entries import Entry
from agent.events import Citation, Event, Input, Status, Token
from agent.request import Request
from eval.__main__ import app
from eval.harness import Plan
from eval.suite import Prompt, Suite

HERE = __name__
asked: list[str] = []


async def good(request: Request) -> AsyncIterator[Event]:
    asked.append(request.question)
    yield Status(step="retrieving", label="Searching")
    await asyncio.sleep(0.002)
    yield Status(step="retrieving", state="done", detail="kept 1")
    yield Status(step="generating", label="Writing")
    yield Citation(index=1, title="</script><img src=x onerror=alert(1)>", quote="q")
    yield Token(text="Yes ")
    yield Token(text="[1].\u2028")


async def mixed(request: Request) -> AsyncIterator[Event]:
    if request.question == "fail":
        raise ValueError("<b>broken</b>")
    if request.question == "hang":
        await asyncio.sleep(60)
    if request.question == "ask":
        reply = yield Input(id="q", prompt="Which year?")
        assert reply is not None
        yield Token(text=f"{reply.state} by {reply.by}")
        return
    yield Token(text="Yes")


def count() -> None:
    with Path(os.environ["COUNTED"]).open("a") as file:
        file.write("x")


async def counted(request: Request) -> AsyncIterator[Event]:
    count()
    yield Token(text="Yes")


def suite_of(folder: Path, *questions: str) -> str:
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps({"id": f"p-{q}", "prompt": q}) + "\n" for q in questions))
    return str(path)


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_measured_suite_leaves_a_whole_folder(tmp_path: Path) -> None:
    asked.clear()
    out = tmp_path / "out"
    questions = ("one", "two", "<script>alert(2)</script>")
    suite = suite_of(tmp_path, *questions)
    code, stdout, _ = call("run", suite, "--reps", "2", "--out", str(out), "--agent", f"{HERE}:good", "--seed", "7")
    assert code == 0
    assert "ttff" in stdout and "All 6 runs completed." in stdout
    assert {path.name for path in out.iterdir()} == {
        *("manifest.json", "events.jsonl", "runs.parquet", "summary.json", "report.html", "report.md")
    }
    assert len(asked) == 7, "six measured runs after one to warm up"

    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["schema_version"], manifest["seed"], manifest["complete"]) == (1, 7, True)
    assert [run["rep"] for run in manifest["runs"]] == [1, 1, 1, 2, 2, 2]
    assert str(tmp_path) not in (out / "manifest.json").read_text()

    rows = pandas.read_parquet(out / "runs.parquet")
    assert list(rows["run_id"]) == [run["run_id"] for run in manifest["runs"]]
    assert set(rows["outcome"]) == {"completed"}
    assert (rows["stage_wall_retrieving"] >= 2).all()
    assert (rows["ttff"] <= rows["ttfc"]).all() and (rows["ttfc"] <= rows["ttfvt"]).all()

    entries = [Entry.from_line(line) for line in (out / "events.jsonl").read_bytes().splitlines()]
    first = [entry for entry in entries if entry.run_id == manifest["runs"][0]["run_id"]]
    assert [entry.type for entry in first][:3] == ["status", "status", "status"]
    assert rows["ttff"][0] == pytest.approx(first[0].at * 1000, abs=0.01)


def test_the_report_is_one_file_with_everything_escaped(tmp_path: Path) -> None:
    out = tmp_path / "out"
    suite = suite_of(tmp_path, "<script>alert(2)</script>")
    call("run", suite, "--reps", "1", "--out", str(out), "--agent", f"{HERE}:good")
    page = (out / "report.html").read_text()
    assert "<script>alert(2)" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(2)" in page
    three = r"\d+\.\d\d, \d+\.\d\d, \d+\.\d\d"
    assert re.search(rf"<dd>{three} before; {three} after</dd>", page), "the load is numbers, not a tuple"
    assert 'src="http' not in page and 'href="http' not in page
    assert page.count("<script>") == page.count("</script>") - 1, "one chart's data beside the library and the page's"


def test_failures_timeouts_and_questions_are_rows_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    suite = suite_of(tmp_path, "fine", "fail", "hang", "ask")
    options = ("--reps", "1", "--warmup", "0", "--deadline", "0.3", "--agent", f"{HERE}:mixed", "--json")
    code, stdout, _ = call("run", suite, "--out", str(out), *options)
    assert code == 1
    summary = json.loads(stdout)
    assert summary["outcomes"] == {"completed": 2, "error": 1, "timeout": 1}
    assert (summary["runs"], summary["failures"]) == (4, 2)
    assert summary["metrics"]["ttfvt"]["percentiles"]["p50"] == {
        "value": None,
        "low": None,
        "high": None,
        "n": 2,
        "reason": "n < 6",
    }
    assert summary["metrics"]["ttfvt"]["adjusted"]["p50"]["n"] == 4
    rows = pandas.read_parquet(out / "runs.parquet").set_index("prompt_id")
    assert rows["outcome"].to_dict() == {
        "p-fine": "completed",
        "p-fail": "error",
        "p-hang": "timeout",
        "p-ask": "completed",
    }
    assert rows["e2e"].isna().to_dict() == {"p-fine": False, "p-fail": True, "p-hang": True, "p-ask": False}
    assert "declined by eval" in (out / "events.jsonl").read_text()
    assert (
        "&lt;b&gt;broken" in (out / "report.html").read_text() or "\\u003cb\\u003e" in (out / "report.html").read_text()
    )


def test_a_report_is_made_again_from_the_events(tmp_path: Path) -> None:
    out = tmp_path / "out"
    call("run", suite_of(tmp_path, "one"), "--reps", "2", "--out", str(out), "--agent", f"{HERE}:good")
    made = {name: (out / name).read_bytes() for name in ("report.html", "report.md", "summary.json", "events.jsonl")}
    for name in ("report.html", "report.md", "summary.json", "runs.parquet"):
        (out / name).unlink()
    assert call("report", str(out))[0] == 0
    assert {name: (out / name).read_bytes() for name in made} == made
    assert (out / "runs.parquet").exists()


def test_without_pyarrow_the_rows_are_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    call("run", suite_of(tmp_path, "one"), "--reps", "1", "--out", str(out), "--agent", f"{HERE}:good")
    assert not (out / "runs.parquet").exists()
    with (out / "runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows] == ["completed"]
    assert float(rows[0]["e2e"]) >= float(rows[0]["ttff"]) > 0


def test_ctrl_c_keeps_what_was_measured(tmp_path: Path) -> None:
    out = tmp_path / "out"
    suite = suite_of(tmp_path, *(f"question {number}" for number in range(50)))
    counter = tmp_path / "count"
    command = [sys.executable, "-m", "eval", "run", suite, "--out", str(out), "--agent", f"{HERE}:counted"]
    process = subprocess.Popen(
        command,
        env=os.environ | {"COUNTED": str(counter)},
        # A shell may have started us deaf to Ctrl-C, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not counter.exists() or counter.stat().st_size < 4:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 1
    manifest = json.loads((out / "manifest.json").read_text())
    assert not manifest["complete"]
    assert 2 <= len(manifest["runs"]) < 250
    assert "was ended early" in (out / "report.html").read_text()
    made = len(manifest["runs"])
    assert f"Interrupted: {made} of 250 runs were made, all completed." in (out / "report.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "none.jsonl"), "cannot read the suite 'none.jsonl'"),
        (("run", "--agent", "nobody"), "no agent 'nobody'"),
        (("run", "--agent", f"{HERE}:good", "--pace", "warp"), "no pace 'warp'"),
        (("run", "--agent", f"{HERE}:good", "--out", str(Path(__file__).parent)), "is not empty"),
        (("report", "nowhere"), "'nowhere' does not hold a set of runs"),
        (("run", "--reps", "0"), "--reps"),
    ],
)
def test_usage_errors_are_one_line_and_exit_code_2(arguments: tuple[str, ...], told: str) -> None:
    code, stdout, stderr = call(*arguments)
    assert (code, stdout) == (2, "")
    assert told in stderr and "Traceback" not in stderr


def test_the_order_is_in_blocks_drawn_from_the_seed() -> None:
    prompts = tuple(Prompt(id=f"p{n}", prompt=f"question {n}") for n in range(12))
    suite = Suite(name="s", prompts=prompts)

    def order(seed: int) -> list[tuple[int, str]]:
        return [(rep, prompt.id) for rep, prompt in Plan(suite=suite, agent="a", reps=3, seed=seed).blocks()]

    first = order(1)
    assert first == order(1) != order(2)
    blocks = [[prompt for block, prompt in first if block == rep] for rep in (1, 2, 3)]
    assert all(sorted(block) == sorted(prompt.id for prompt in prompts) for block in blocks)
    assert len({tuple(block) for block in blocks}) == 3


def test_a_paced_run_draws_the_same_times_from_the_same_seed() -> None:
    suite = Suite(name="s", prompts=(Prompt(id="p", prompt="q"),))
    plan = Plan(suite=suite, agent="a", reps=2, seed=3, pace="hosted")
    seeds = [plan.request(prompt, rep).seed for rep, prompt in plan.blocks()]
    assert seeds == [plan.request(prompt, rep).seed for rep, prompt in plan.blocks()]
    assert len(set(seeds)) == 2
