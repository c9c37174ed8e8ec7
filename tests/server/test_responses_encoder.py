"""A run as a response, without a client: its events, and what is left when its log has dropped them."""

from typing import Any

import httpx
import pytest

from agent.entries import Entry
from agent.events import Citation, Done, Event, Input, Status, Token, Tool
from agent.home import Core
from agent.request import Run
from agent.sqlite_log import SqliteLog
from apps.wires.responses.encoder import Encoder

pytestmark = pytest.mark.anyio

ALL: dict[str, Any] = {"model": "firstlight", "input": "all"}


async def test_what_was_answered_is_kept_longer_than_how_it_came(core: Core, http: httpx.AsyncClient) -> None:
    before = (await http.post("/v1/responses", json=ALL)).json()
    assert isinstance(core.log, SqliteLog)
    await core.log.drop(before["id"], 9)
    after = (await http.get(f"/v1/responses/{before['id']}")).json()
    gone = await http.get(f"/v1/responses/{before['id']}?stream=true")
    same = ("status", "usage", "metadata", "created_at", "completed_at")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["output"][-1]["content"] == before["output"][-1]["content"]
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "log_expired")


def test_the_events_do_not_depend_on_how_the_entries_come() -> None:
    run = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=5.0)
    events: list[Event] = [
        Token(text="Hm. ", channel="reasoning"),
        Tool(call_id="c", name="t", state="failed", log="no"),
        Citation(index=1, title="A", url="https://example.org"),
        Token(text="See `[1]`, ["),
        Token(text="1]. "),
        Token(text="Wait. ", channel="reasoning"),
        Status(step="x"),
        Input(id="i", prompt="?"),
        Token(text="Yes [2]."),
        Done(outcome="timeout", partial=True, latency_ms=9, usage={"output_tokens": 7}),
    ]
    entries = [Entry("r_1", n, 0.0, e.type, e.model_dump_json(exclude={"type"}).encode()) for n, e in enumerate(events)]
    one, many = Encoder(run), Encoder(run)
    whole = one.begin() + one(entries)
    assert many.begin() + b"".join(many([entry]) for entry in entries) == whole
    resumed = Encoder(run, 11)
    rest = resumed.begin() + resumed(entries)
    assert whole.endswith(rest) and rest.startswith(b"event: ") and b'"sequence_number": 11,' not in rest
    told = one.response()
    assert (told["status"], told["incomplete_details"]) == ("incomplete", {"reason": "timeout"})
    assert [item["type"] for item in told["output"]] == [
        *("reasoning", "function_call", "function_call_output", "message", "reasoning")
    ]
    content = told["output"][3]["content"][0]
    assert [(a["start_index"], a["end_index"]) for a in content["annotations"]] == [(11, 14)], "code is no marker"
    assert told["usage"]["total_tokens"] == 7
