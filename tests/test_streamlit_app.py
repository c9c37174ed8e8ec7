"""The Streamlit page without a browser: what the script draws of a session."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from agent.events import Artifact, Citation, Event, Status, Token, Tool, Warning
from agent.registry import About
from agent.replay import Recording
from agent.request import Request
from agent.view import FIRST_FEEDBACK, FIRST_TOKEN, TOTAL
from apps import words
from apps.pages_artifacts import frame
from apps.session import Sessions, bridge
from tests.timed import done, run

SCRIPT = Path(__file__).parents[1] / "apps" / "streamlit_app.py"
unblocked = threading.Event()
EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) $x$"


async def answering(request: Request) -> AsyncIterator[Event]:
    if request.question == "hello":
        yield Token(text="Hello.")
        return
    yield Status(step="retrieving", label="Looking")
    if request.question.startswith("wait"):
        await asyncio.to_thread(unblocked.wait)
    yield Citation(index=1, title="A filing", url="https://example.com/a", quote="It rose.")
    yield Status(step="retrieving", state="done", detail="kept 1 of 3")
    yield Tool(call_id="t", name="growth", state="done", arguments={"of": "revenue"}, output=2)
    yield Artifact(id="v", kind="value", title="Growth", data={"value": 2, "text": "2 %", "formula": "102 / 100 - 1"})
    yield Artifact(id="t", kind="table", title="Rows", data={"columns": ["a", "b"], "rows": [["x", 1], ["y", 2]]})
    yield Artifact(id="c", kind="chart", title="Bars", data={"mark": "bar", "data": {"values": [{"a": 1}]}})
    yield Warning(code="thin", message="Only one source.")
    yield Token(text=f"You asked {request.question}: it **rose** [1].")


ABOUT = About(line="Says what *rose*.", starters=("What rose?", "How much $ is *that*?"), pace="hosted")


@pytest.fixture(autouse=True)
def as_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT", "tests.test_streamlit_app:answering")


def opened(session: str = "") -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    if session:
        page.query_params["session"] = session
    return page.run()


def session_of(page: AppTest) -> str:
    given = page.query_params["session"]
    return given if isinstance(given, str) else given[0]


def asked(page: AppTest, question: str) -> AppTest:
    """The page once the answer to the question has ended."""
    page.chat_input[0].set_value(question).run()
    sessions = bridge().sessions
    run_id = bridge().call(sessions.newest(session_of(page)))
    bridge().call(sessions.core.runner.wait(run_id))
    return page.run()


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.html)


def test_a_new_session_offers_the_agents_own_questions() -> None:
    page = opened()
    assert not page.exception
    labels = [button.label for button in page.button]
    assert words.NEW_SESSION in labels
    assert "What rose?" in labels or "What rose\\?" in labels
    assert "How much \\$ is \\*that\\*?" in labels
    assert page.selectbox(key="pace").value == "hosted"
    assert "Says what *rose*." in html(page)
    assert [box.label for box in page.selectbox] == [words.PACE], "it reads no collections"


def test_an_agent_of_ten_lines_has_a_page_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT", "agent.examples.ten_lines:my_agent")
    page = opened()
    assert not page.exception
    assert "<p>my agent</p>" in html(page)
    assert page.selectbox(key="pace").value == ""
    assert not [button for button in page.button if str(button.key).startswith("starter")]


def test_a_collection_is_chosen_before_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sessions, "collections", lambda _: ["Annual notes"])
    documents, pace = opened().selectbox
    assert (documents.label, pace.label) == (words.COLLECTION, words.PACE)
    assert documents.options == ["The agent's own", "Annual notes"]


def test_a_question_that_is_refused_stays_in_the_box() -> None:
    unblocked.clear()
    page = opened()
    page.selectbox(key="pace").set_value("")
    page.chat_input[0].set_value("wait for it").run()
    page.chat_input[0].set_value("and this?").run()
    unblocked.set()
    assert "still answering" in page.warning[0].value
    assert page.chat_input[0].proto.value == "and this?"
    bridge().call(bridge().sessions.core.runner.wait(bridge().call(bridge().sessions.newest(session_of(page)))))
    page.run()
    assert len(page.warning) == 0, "said until the run has ended"


def test_a_finished_answer_is_drawn_without_a_browser() -> None:
    page = opened()
    page.selectbox(key="pace").set_value("")
    page = asked(page, "what rose")
    assert not page.exception
    drawn = html(page)
    assert "You asked what rose: it <strong>rose</strong>" in drawn
    for part in (
        "Looking",
        "kept 1 of 3",
        "A filing",
        "It rose.",
        "growth",
        "2 %",
        "102 / 100 - 1",
        "Only one source.",
    ):
        assert part in drawn
    for name in (FIRST_FEEDBACK, FIRST_TOKEN, TOTAL):
        assert name in drawn
    assert "simulated pace" not in drawn
    assert [tab.label for tab in page.tabs] == [words.SOURCES, words.ARTIFACTS, words.TOOL_LOG]
    assert page.dataframe[0].value.to_dict("list") == {"a": ["x", "y"], "b": [1, 2]}
    assert len(page.get("vega_lite_chart")) == 1


def test_panels_that_an_answer_left_empty_say_that_nothing_more_will_come() -> None:
    drawn = html(asked(opened(), "hello"))
    assert [said for said in words.NONE.values() if said not in drawn] == []
    assert [said for said in words.EMPTY.values() if said in drawn] == []


def test_the_link_opens_the_same_session_in_another_browser() -> None:
    page = asked(opened(), "for two")
    other = opened(session_of(page))
    assert "You asked for two" in html(other)
    assert "simulated pace: hosted" in html(other)


def test_a_link_to_nothing_says_so_and_offers_a_new_session() -> None:
    page = opened("s_gone")
    assert not page.exception
    assert "s\\_gone" in page.warning[0].value
    assert "What rose?" in [button.label for button in page.button]


def test_hostile_text_is_escaped_in_html_and_in_streamlits_markdown() -> None:
    page = asked(opened(), EVIL)
    drawn = html(page)
    assert "<script>alert" not in drawn
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn
    assert 'href="javascript' not in drawn
    title = next(button.label for button in page.button if "script" in button.label)
    assert "\\<script\\>alert\\(1\\)" in title
    assert "\\$x\\$" in title


def test_the_latency_page_shows_where_the_time_of_a_run_went() -> None:
    asked(opened(), "measure me")
    page = AppTest.from_function(latency, default_timeout=60).run()
    assert not page.exception
    assert [metric.label for metric in page.metric] == [
        "first feedback",
        "first token",
        "longest silence",
        "total",
    ]
    assert all(metric.value.endswith((" s", " ms")) for metric in page.metric)
    assert "measure me" in page.selectbox[0].options[0]
    assert len(page.get("vega_lite_chart")) == 1


def test_a_replay_is_marked_and_not_the_run_that_is_shown_first() -> None:
    page = asked(opened(), "play it again")
    sessions = bridge().sessions
    original = bridge().call(sessions.newest(session_of(page)))
    core, call = sessions.core, bridge().call
    recording = Recording(call(core.log.run(original)), tuple(call(core.log.read(original))))
    call(core.runner.wait(call(core.replay(recording))))
    runs = AppTest.from_function(latency, default_timeout=60).run().selectbox[0]
    assert [("replay" in name) for name in runs.options[:2]] == [True, False]
    assert runs.index == 1


def test_measured_runs_are_looked_for_where_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = AppTest.from_function(latency, default_timeout=60).run()
    page.segmented_control[0].set_value("Measured runs").run()
    assert str(tmp_path / "runs") in page.info[0].value


def test_a_median_below_a_second_is_in_milliseconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs" / "quick"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"runs": [{"run_id": "r_1", "prompt_id": "first"}]}))
    said = run((0.0007, Status(step="retrieving")), (0.04, Token(text="Yes")), done(2.0))
    (folder / "events.jsonl").write_text("".join(entry.line() + "\n" for entry in said))
    page = AppTest.from_function(latency, default_timeout=60).run()
    page.segmented_control[0].set_value("Measured runs").run()
    assert not page.exception
    shown = pyarrow.ipc.open_stream(page.dataframe[0].proto.arrow_data.styler.display_values).read_all().to_pylist()[0]
    assert [shown[name] for name in (FIRST_FEEDBACK, FIRST_TOKEN, TOTAL)] == ["0.7 ms", "40 ms", "2.00 s"]
    assert page.metric[0].value == "0.7 ms"


def latency() -> None:
    from apps import pages_latency

    pages_latency.draw()


def test_a_table_of_mixed_values_becomes_a_frame() -> None:
    mixed = frame({"columns": ["n", "n", "c"], "rows": [[1, "a", None], [2.5, 3, "x"], [7], "not a row"]})
    assert list(mixed.columns) == ["n (1)", "n (2)", "c"]
    assert mixed["n (1)"].tolist() == [1.0, 2.5, 7.0]
    assert mixed["n (2)"].tolist() == ["a", "3", ""]
    assert frame({}).empty
