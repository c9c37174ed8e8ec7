"""AG-UI's own client against our server: what its user sees, whatever becomes of the connection."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from tests.server.agents import HARD, everything
from tests.server.chaos import Weather, chaos
from tests.server.conftest import RunJs, Server, Start
from tests.streams import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("agui")]  # all conversations are held at once

Told = dict[str, dict[str, Any]]
ANSWER = f"Revenue was $46.7 billion [1]. {HARD} And [2]."
COUNTED = "".join(f"{number} " for number in range(30))
SLOWLY = "count 30 0.02"
YES = {"status": "resolved", "payload": True}


def converse(js: RunJs, url: str, conversations: list[dict[str, Any]]) -> Told:
    """What all of them have come to, by name. The client must have had nothing to warn of."""
    given = [{"url": f"{url}/agui", "thread": one["name"]} | one for one in conversations]
    told = {line["name"]: line for line in js("agui.mjs", json.dumps(given))}
    assert told.pop("warnings")["warnings"] == []
    return told


def of_role(told: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [message for message in told["messages"] if message["role"] == role]


def answer(told: dict[str, Any]) -> str:
    """The text of the only assistant message."""
    (message,) = of_role(told, "assistant")
    return str(message["content"])


CONVERSATIONS: list[dict[str, Any]] = [
    {"name": "whole", "state": {"tab": 2}, "events": True, "turns": [{"run": "r1", "say": "all"}]},
    {"name": "twice", "turns": [{"run": "r1", "say": "all"}, {"run": "r2", "say": "count 3"}]},
    {"name": "again", "turns": [{"run": "r1", "say": "all"}, {"run": "r1"}, {"run": "r1", "fresh": True}]},
    {"name": "yes", "turns": [{"run": "r1", "say": "ask"}, {"run": "r2", "resume": YES}]},
    {"name": "no", "turns": [{"run": "r1", "say": "ask"}, {"run": "r2", "resume": {"status": "cancelled"}}]},
    {
        "name": "neither",
        "turns": [
            {"run": "r1", "say": "ask"},
            {"run": "r2", "resume": {"status": "resolved", "payload": "maybe"}},
            {"run": "r1", "fresh": True},
            {"run": "r3", "resume": YES},
            {"run": "r3", "fresh": True},
        ],
    },
    {"name": "fails", "turns": [{"run": "r1", "say": "fail"}, {"run": "r2", "say": "count 2"}]},
    {"name": "late", "turns": [{"run": "r1", "say": "wait", "props": {"deadline": 0.3, "colour": "red"}}]},
    {
        "name": "stopped",
        "turns": [{"run": "r1", "say": "wait", "at": {"type": "TEXT_MESSAGE_CONTENT", "op": "cancel"}}],
    },
    {
        "name": "left",
        "turns": [{"run": "r1", "say": SLOWLY, "at": {"type": "TEXT_MESSAGE_CONTENT", "op": "abort"}}],
    },
    {
        "name": "left and returned",
        "turns": [
            {"run": "r1", "say": SLOWLY, "at": {"type": "TEXT_MESSAGE_CONTENT", "op": "abort"}},
            {"run": "r1"},
        ],
    },
]


@pytest.fixture(scope="module")
def told(js: RunJs, server: Server) -> Told:
    joins = {"name": "second", "thread": "shared", "url": f"{server.url}/agui", "turns": [{"run": "r9"}, {"run": "r9"}]}
    shared = {"type": "TEXT_MESSAGE_CONTENT", "nth": 3, "op": "join", "conversation": joins}
    gone = {
        "name": "left for good",
        "url": f"{server.url}/agui?cancel_on_disconnect=1",
        "turns": [{"run": "r1", "say": "wait", "at": {"type": "TEXT_MESSAGE_CONTENT", "op": "abort"}}],
    }
    sharing = {"name": "shared", "turns": [{"run": "r1", "say": SLOWLY, "at": shared}]}
    return converse(js, server.url, [*CONVERSATIONS, gone, sharing])


def test_everything_that_a_run_says_arrives(told: Told) -> None:
    whole = told["whole"]
    assert whole["turns"][0]["outcome"] == "success"
    (message,) = of_role(whole, "assistant")
    assert message["content"] == ANSWER
    assert [(card["index"], card["title"]) for card in message["metadata"]["citations"]] == [
        (1, "A 10-Q"),
        (2, "A 10-K"),
    ]
    assert message["metadata"]["citations"][1]["quote"] == HARD
    assert [call["function"] for call in message["toolCalls"]] == [
        {"name": "lookup", "arguments": '{"metric":"revenue"}'}
    ]
    assert [one["content"] for one in of_role(whole, "tool")] == ['{"value":46743}']
    assert [one["content"] for one in of_role(whole, "reasoning")] == ["Thinking it over. "]
    beside = {(one["activityType"], one["content"].get("detail", "")) for one in of_role(whole, "activity")}
    assert beside == {("step", "kept 2 of 9"), ("step", ""), ("citation", ""), ("artifact", "")}
    assert whole["state"]["tab"] == 2
    assert whole["state"]["artifacts"]["v"]["data"] == {"value": 46743, "text": "$46.74 billion"}
    assert [one["value"]["code"] for one in whole["events"] if one["type"] == "CUSTOM"] == ["partial_data"]


def test_every_event_says_which_entry_it_comes_from(told: Told) -> None:
    seqs = [one["metadata"]["firstlight"]["seq"] for one in told["whole"]["events"]]
    assert seqs == sorted(seqs)
    assert set(seqs) == set(range(len(everything()) + 2))


def test_a_thread_holds_one_answer_for_each_question(told: Told) -> None:
    contents = [one["content"] for one in told["twice"]["messages"] if one["role"] in ("user", "assistant")]
    assert contents == ["all", ANSWER, "count 3", "0 1 2 "]
    assert told["twice"]["state"] == {"artifacts": {}}


def test_the_same_run_id_shows_the_same_run_and_asks_nothing_again(told: Told) -> None:
    again = told["again"]
    assert len({turn["started"]["run_id"] for turn in again["turns"]}) == 1
    assert [turn["outcome"] for turn in again["turns"]] == ["success"] * 3
    assert answer(again) == ANSWER
    assert [one["content"] for one in of_role(again, "user")] == ["all"]  # from the session: that client had nothing


def test_a_question_is_asked_and_the_answer_goes_on_in_the_same_text(told: Told) -> None:
    asked, resumed = told["yes"]["turns"]
    (interrupt,) = asked["interrupts"]
    assert (asked["outcome"], interrupt["message"]) == ("interrupt", "Go on?")
    assert interrupt["responseSchema"] == {"type": "boolean"}
    assert interrupt["expiresAt"].endswith("Z")
    assert (resumed["outcome"], told["yes"]["pending"]) == ("success", [])
    assert asked["started"]["run_id"] == resumed["started"]["run_id"]
    assert answer(told["yes"]) == "First, you said True (answered)."
    assert answer(told["no"]) == "First, you said None (declined)."


def test_an_answer_of_the_wrong_kind_leaves_the_question_open(told: Told) -> None:
    asked, refused, reloaded, resumed, again = told["neither"]["turns"]
    assert refused["clean"] is False
    assert "'maybe' does not answer 'Go on?'" in refused["thrown"]
    assert reloaded["interrupts"] == asked["interrupts"]
    assert (resumed["outcome"], again["outcome"]) == ("success", "success")
    assert again["started"]["run_id"] == asked["started"]["run_id"]
    assert answer(told["neither"]) == "First, you said True (answered)."


def test_a_failure_is_told_and_the_text_so_far_stays(told: Told) -> None:
    failed, later = told["fails"]["turns"]
    assert failed["error"] == {"message": "RuntimeError: the model went away", "code": "error"}
    assert [one["content"] for one in of_role(told["fails"], "assistant")] == ["Half an ", "0 1 "]
    assert later["outcome"] == "success"
    assert told["late"]["turns"][0]["error"]["code"] == "timeout"


def test_a_stopped_run_is_cancelled_and_keeps_its_text(told: Told) -> None:
    (turn,) = told["stopped"]["turns"]
    assert (turn["cancelled"]["status"], turn["outcome"]) == ("cancelled", "cancelled")
    assert answer(told["stopped"]) == "Waiting"


def test_a_client_that_leaves_does_not_stop_its_run(told: Told, server: Server) -> None:
    assert told["left"]["turns"][0]["error"]["code"] == "abort"
    assert ended(server, told["left"]) == "completed"
    assert ended(server, told["left for good"]) == "cancelled"
    assert answer(told["left and returned"]) == COUNTED


def test_two_clients_see_the_same_live_run(told: Told) -> None:
    (turn,) = told["shared"]["turns"]
    first, again = turn["joined"]["turns"]
    assert {one["started"]["run_id"] for one in (turn, first, again)} == {turn["started"]["run_id"]}
    assert (turn["outcome"], first["outcome"], again["outcome"]) == ("success", "success", "success")
    assert answer(told["shared"]) == answer(turn["joined"]) == COUNTED


def ended(server: Server, told: dict[str, Any]) -> str:
    """How the conversation's first run ended, once it has."""
    run_id, until = told["turns"][0]["started"]["run_id"], time.monotonic() + PATIENCE
    while (status := str(httpx.get(f"{server.url}/v1/runs/{run_id}").json()["status"])) in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.02)
    return status


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_the_text_is_the_same_wherever_the_connection_is_cut(server: Server, js: RunJs, reset: bool) -> None:
    async with AsyncExitStack() as stack:
        cuts = [("all", end, ANSWER) for end in await ends(server)]
        cuts += [(SLOWLY, end, COUNTED) for end in range(900, 5800, 500)]  # these are joined while they go on
        names = [f"{question} cut at {end} {reset}" for question, end, _ in cuts]
        conversations = []
        for name, (question, end, _) in zip(names, cuts, strict=True):
            proxy = await stack.enter_async_context(chaos(server.url))
            proxy.weather = Weather(cut_after=end, reset=reset)
            through = {"run": "r1", "url": f"{proxy.url}/agui"}
            turns = [through | {"say": question}, through, {"run": "r1"}, {"run": "r1", "fresh": True}]
            conversations.append({"name": name, "turns": turns[: 3 + end % 2]})
        told = await asyncio.to_thread(converse, js, server.url, conversations)
    assert len(told) == len(cuts)
    for name, (_, _, text) in zip(names, cuts, strict=True):
        cut, _, rejoined = told[name]["turns"][:3]
        assert (cut["clean"], cut.get("outcome")) == (False, None), name
        assert rejoined["outcome"] == "success"
        assert answer(told[name]) == text, name


async def ends(server: Server) -> list[int]:
    """After how many bytes of its connection each frame ends, but for the last one."""
    message = {"id": "u", "role": "user", "content": "all"}
    async with httpx.AsyncClient(base_url=server.url) as http:
        body = (await http.post("/agui", json={"threadId": "uncut", "runId": "r1", "messages": [message]})).text
    frames = [frame + "\n\n" for frame in body.split("\n\n")[:-1]]
    assert [frame[:6] for frame in frames[1:]] == ["data: "] * (len(frames) - 1)
    return [300 + sum(len(frame.encode()) for frame in frames[:k]) for k in range(1, len(frames) - 1)]


def test_a_server_that_dies_never_looks_like_an_end(start: Start, js: RunJs) -> None:
    def dying(server: Server, signal: str, run: str) -> dict[str, Any]:
        at = {"type": "TEXT_MESSAGE_CONTENT", "nth": 2, "op": "kill", "pid": server.process.pid, "signal": signal}
        return {"run": run, "say": "count 2000 0.01", "at": at}

    server = start()
    told = converse(js, server.url, [{"name": "t", "turns": [dying(server, "SIGKILL", "r1")]}])["t"]
    (killed,) = told["turns"]
    assert (killed["clean"], killed.get("outcome"), bool(killed["failed"])) == (False, None, True)
    server.process.wait(PATIENCE)
    server = start(data=server.data)
    turns = [{"run": "r1", "say": "count 2000 0.01"}, dying(server, "SIGTERM", "r2")]
    told = converse(js, server.url, [{"name": "t", "turns": turns}])["t"]
    rejoined, stopped = told["turns"]
    assert (rejoined["started"]["run_id"], rejoined["error"]["code"]) == (killed["started"]["run_id"], "interrupted")
    assert of_role(told, "assistant")[0]["content"].startswith("0 1 ")
    assert (stopped["clean"], stopped.get("outcome"), bool(stopped["failed"])) == (False, None, True)
