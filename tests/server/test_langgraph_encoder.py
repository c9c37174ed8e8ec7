"""A run as a LangGraph stream, without a client: its frames, and what is left when its log has dropped them."""

import httpx
import pytest

from agent.entries import Entry
from agent.events import Done, Event, Input, Token
from agent.home import Core
from agent.request import Run
from agent.sqlite_log import SqliteLog
from apps.wires.langgraph.encoder import LAST, Encoder

pytestmark = pytest.mark.anyio


async def test_what_was_answered_is_kept_longer_than_how_it_came(core: Core, http: httpx.AsyncClient) -> None:
    for question in ("all", "fail"):
        asked = {"messages": [{"role": "user", "content": question}]}
        waited = await http.post("/threads/t/runs/wait", json={"input": asked})
        run_url = waited.headers["content-location"]
        assert isinstance(core.log, SqliteLog)
        await core.log.drop(run_url.rpartition("/")[2], 2)
        assert (await http.get(f"{run_url}/join")).json() == waited.json()
        gone = await http.get(f"{run_url}/stream")
        assert (gone.status_code, gone.json()["code"]) == (410, "log_expired")
        state = (await http.get("/threads/t/state")).json()
        assert state["values"]["messages"] == waited.json()["messages"]


def test_the_frames_do_not_depend_on_how_the_entries_come() -> None:
    run = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=5.0)
    events: list[Event] = [
        Token(text="Hm. ", channel="reasoning"),
        Token(text="Yes"),
        Input(id="i", prompt="?"),
        Input(id="i", prompt="?", state="answered", value="x"),
        Token(text=", no."),
        Done(outcome="completed", latency_ms=9),
    ]
    entries = [
        Entry("r_1", n, 0.0, e.type, e.model_dump_json(exclude={"type"}).encode()) for n, e in enumerate(events, 1)
    ]
    one, many = Encoder(run), Encoder(run)
    whole = one.begin() + one(entries)
    assert many.begin() + b"".join(many([entry]) for entry in entries) == whole
    places = [line for line in whole.split(b"\n") if line.startswith(b"id: ")]
    for place in places:
        seq, _, part = place.removeprefix(b"id: ").partition(b"-")
        resumed = Encoder(run, after=(int(seq), int(part)))
        rest = resumed.begin() + resumed(entries)
        assert whole.endswith(rest)
        assert [line for line in rest.split(b"\n") if line.startswith(b"id: ")] == places[places.index(place) + 1 :]


def test_who_has_answered_a_question_is_not_held_by_it() -> None:
    run = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=5.0)
    question = Entry("r_1", 1, 0.0, "input", b'{"id":"i","state":"requested","prompt":"?"}')
    joins, knows, answered = Encoder(run), Encoder(run, after=(1, 4)), Encoder(run, after=(1, LAST))
    for encoder in (joins, knows, answered):
        encoder([question])
    assert [encoder.waits() for encoder in (joins, knows, answered)] == [True, True, False]
