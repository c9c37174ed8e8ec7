"""The unmodified `openai` client against a real server: streams, resuming, stopping, failures."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from agent.client import Client
from agent.events import Token
from tests.server.agents import HARD
from tests.server.chaos import Weather, chaos
from tests.server.conftest import Server, Start
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

ANSWER = f"Revenue was $46.7 billion [1]. {HARD} And [2]."
ALL: dict[str, Any] = {"model": "firstlight", "input": "all"}


@pytest.fixture
async def ai(server: Server) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


def frames(http: httpx.Client, response_id: str, after: int = -1) -> list[str]:
    text = http.get(f"/v1/responses/{response_id}?stream=true&starting_after={after}").text
    return [part for part in text.split("\n\n") if part.startswith("event: ")]


async def state(ai: AsyncOpenAI, response_id: str, *states: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while (found := await ai.responses.retrieve(response_id)).status not in states:
            await asyncio.sleep(0.02)
    return found


def test_the_text_arrives_in_pieces_and_whole(server: Server) -> None:
    with OpenAI(base_url=f"{server.url}/v1", api_key="any") as client:
        events = list(client.responses.create(**ALL, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == ANSWER
    assert [event.type.removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        *("output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"),
        *("output_item.added", "output_item.done"),
        *("output_item.added", "content_part.added", "reasoning_text.delta"),
        *("reasoning_text.done", "content_part.done", "output_item.done"),
        *("output_item.added", "content_part.added", *["output_text.delta"] * 5),
        *("output_text.annotation.added",) * 2,
        *("output_text.done", "content_part.done", "output_item.done"),
        "completed",
    ]
    last = events[-1]
    assert last.type == "response.completed"
    assert (last.response.status, last.response.output_text) == ("completed", ANSWER)
    kinds = [item.type for item in last.response.output]
    assert kinds == ["function_call", "function_call_output", "reasoning", "message"]


async def test_the_sources_lead_to_their_markers(ai: AsyncOpenAI) -> None:
    message = (await ai.responses.create(**ALL)).output[-1]
    assert message.type == "message"
    content = message.content[0]
    assert content.type == "output_text"
    web, document = content.annotations
    assert web.type == "url_citation"
    assert content.text[web.start_index : web.end_index] == "[1]"
    assert (web.url, web.title) == ("https://example.org/1", "A 10-Q")
    assert document.type == "file_citation", "a source without an address is a document"
    assert content.text[document.index :].startswith("[2]")
    assert (document.filename, document.file_id) == ("A 10-K", "source_2")


async def test_a_tool_call_is_shown_with_what_it_gave(ai: AsyncOpenAI) -> None:
    call, output, *_ = (await ai.responses.create(**ALL)).output
    assert call.type == "function_call" and output.type == "function_call_output"
    assert (call.name, json.loads(call.arguments), call.status) == ("lookup", {"metric": "revenue"}, "completed")
    assert isinstance(output.output, str)
    assert (output.call_id, json.loads(output.output)) == (call.call_id, {"value": 46743})


async def test_the_clients_own_accumulation_ends_where_the_server_ends(ai: AsyncOpenAI) -> None:
    async with ai.responses.stream(**ALL) as stream:
        deltas = [event async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert deltas[-1].snapshot == final.output_text == ANSWER
    stored = await ai.responses.retrieve(final.id)
    assert stored.output_text == ANSWER
    told = final.to_dict()
    for item in told["output"]:  # type: ignore[attr-defined]
        item.pop("parsed_arguments", None)
        for part in item.get("content", ()):
            part.pop("parsed", None)
    assert told == stored.to_dict()


async def test_without_a_stream_the_answer_is_waited_for(ai: AsyncOpenAI) -> None:
    answer = await ai.responses.create(model="gpt-4o", input=[{"role": "user", "content": "count 3 0.01"}])
    assert (answer.status, answer.output_text) == ("completed", "0 1 2 ")


async def test_in_the_background_it_is_looked_at_until_it_is_there(ai: AsyncOpenAI) -> None:
    begun = await ai.responses.create(model="firstlight", input="count 20 0.01", background=True)
    assert begun.status in ("queued", "in_progress")
    assert (await state(ai, begun.id, "completed")).output_text == "".join(f"{n} " for n in range(20))


async def test_a_reader_that_comes_back_gets_the_rest_to_the_byte(ai: AsyncOpenAI, http: httpx.Client) -> None:
    begun = await ai.responses.create(**ALL, stream=True)
    whole = [event async for event in begun]
    assert whole[0].type == "response.created"
    response_id = whole[0].response.id
    sent = frames(http, response_id)
    assert len(sent) == len(whole)
    for number in range(len(whole)):
        assert frames(http, response_id, number) == sent[number + 1 :]
        rest = await ai.responses.retrieve(response_id, stream=True, starting_after=number)
        assert [event.to_json() async for event in rest] == [event.to_json() for event in whole[number + 1 :]]


async def test_a_live_response_is_numbered_as_the_finished_one(ai: AsyncOpenAI) -> None:
    live = [event async for event in await ai.responses.create(model="x", input="count 40 0.01", stream=True)]
    assert live[0].type == "response.created"
    again = await ai.responses.retrieve(live[0].response.id, stream=True)
    assert [event.to_json() async for event in again] == [event.to_json() for event in live]


async def test_it_is_the_same_wherever_the_connection_is_cut(
    server: Server, ai: AsyncOpenAI, http: httpx.Client
) -> None:
    uncut = [event.to_json() async for event in await ai.responses.create(**ALL, stream=True)]
    response_id = json.loads(uncut[0])["response"]["id"]
    sizes = [len(frame.encode()) + 2 for frame in frames(http, response_id)]
    async with chaos(server.url) as proxy:
        for k in range(1, len(sizes)):
            proxy.weather = Weather(cut_after=220 + sum(sizes[:k]))  # the head of the answer, and so many events
            async with AsyncOpenAI(base_url=f"{proxy.url}/v1", api_key="any", max_retries=0) as client:
                seen: list[str] = []
                with pytest.raises(openai.APIConnectionError):
                    async for event in await client.responses.retrieve(response_id, stream=True):
                        seen.append(event.to_json())
                assert seen == uncut[: len(seen)] and len(seen) < len(uncut)
                after = json.loads(seen[-1])["sequence_number"] if seen else -1
                proxy.weather = Weather()
                rest = await client.responses.retrieve(response_id, stream=True, starting_after=after)
                assert seen + [event.to_json() async for event in rest] == uncut


async def test_stop_stops(ai: AsyncOpenAI) -> None:
    events = await ai.responses.create(model="firstlight", input="wait", stream=True)
    created = await anext(events)
    assert created.type == "response.created"
    stopped = await ai.responses.cancel(created.response.id)
    assert (stopped.status, stopped.output_text) in (("cancelled", "Waiting"), ("cancelled", ""))
    last = [event async for event in events][-1]
    assert last.type == "response.incomplete", "a stopped response does not look complete"
    assert last.response.status == "cancelled"
    assert (await ai.responses.cancel(created.response.id)).status == "cancelled"


async def test_a_failure_is_a_failure(ai: AsyncOpenAI) -> None:
    events = [event async for event in await ai.responses.create(model="firstlight", input="fail", stream=True)]
    last = events[-1]
    assert last.type == "response.failed" and last.response.error is not None
    assert (last.response.status, last.response.error.code) == ("failed", "server_error")
    assert "the model went away" in last.response.error.message
    assert last.response.output_text == "Half an ", "what was said is kept"
    failed = await ai.responses.create(model="firstlight", input="fail")
    assert failed.status == "failed" and failed.output[0].to_dict()["status"] == "incomplete"


async def test_a_question_to_the_person_is_seen_and_can_be_answered(server: Server, ai: AsyncOpenAI) -> None:
    asking = await ai.responses.create(model="firstlight", input="ask")
    assert asking.status == "in_progress" and asking.metadata is not None
    assert (asking.metadata["input_id"], asking.metadata["input_prompt"]) == ("go", "Go on?")
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        answered = await http.post(asking.metadata["answer_url"], json={"id": "go", "value": True})
        assert answered.status_code == 202
    done = await state(ai, asking.id, "completed")
    assert "you said True" in done.output_text
    assert "input_id" not in (done.metadata or {})


async def test_a_question_in_a_stream_is_an_event_that_the_client_hands_on(server: Server, ai: AsyncOpenAI) -> None:
    asked: list[Any] = []
    async with ai.responses.stream(model="x", input="ask") as stream, Client(server.url) as ours:
        async for event in stream:
            if str(event.type) == "x.firstlight.input":
                told: Any = event.to_dict()
                asked.append(told["input"])
                if told["input"]["state"] == "requested":
                    await ours.answer(told["answer_url"].split("/")[3], told["input"]["id"], True)
        final = await stream.get_final_response()
    assert [(one["prompt"], one["state"]) for one in asked] == [("Go on?", "requested"), ("Go on?", "answered")]
    assert final.output_text == "First, you said True (answered)."


async def test_the_next_question_is_of_the_same_session(ai: AsyncOpenAI) -> None:
    first = await ai.responses.create(model="firstlight", input="all")
    assert first.conversation is not None
    second = await ai.responses.create(model="firstlight", input="count 1", previous_response_id=first.id)
    history: list[Any] = [{"role": "user", "content": "all"}, *(item.to_dict() for item in first.output)]
    third = await ai.responses.create(model="firstlight", input=[*history, {"role": "user", "content": "count 2"}])
    fourth = await ai.responses.create(model="firstlight", input="count 1", conversation=first.conversation.id)
    assert third.output_text == "0 1 "
    for one in (second, third, fourth):
        assert one.conversation == first.conversation
    named = [await ai.responses.create(model="x", input="count 1", conversation="my own") for _ in range(2)]
    assert named[0].conversation == named[1].conversation != first.conversation


async def test_a_reader_that_leaves_only_leaves(server: Server, ai: AsyncOpenAI) -> None:
    async def left(**query: object) -> str:
        events = await ai.responses.create(model="x", input="wait", stream=True, extra_query=query)
        created = await anext(events)
        await events.close()
        assert created.type == "response.created"
        return created.response.id

    stopped = await left(cancel_on_disconnect=1)
    await state(ai, stopped, "cancelled")
    waiting = await left()
    assert (await ai.responses.retrieve(waiting)).status in ("queued", "in_progress")
    await ai.responses.cancel(waiting)


async def test_a_waiting_client_that_leaves_can_stop_the_run(server: Server, ai: AsyncOpenAI) -> None:
    impatient = ai.with_options(timeout=1.0)
    with pytest.raises(openai.APITimeoutError):
        await impatient.responses.create(
            model="x", input="wait", conversation="leaving", extra_query={"cancel_on_disconnect": 1}
        )
    async with asyncio.timeout(PATIENCE):  # a session answers one question at a time
        while True:
            try:
                after = await ai.responses.create(model="x", input="count 1", conversation="leaving")
                break
            except openai.ConflictError:
                await asyncio.sleep(0.02)
    assert after.output_text == "0 "


async def test_what_is_refused_raises_the_clients_own_exceptions(ai: AsyncOpenAI, start: Start) -> None:
    with pytest.raises(openai.NotFoundError, match="r_nothing") as missing:
        await ai.responses.retrieve("r_nothing")
    assert (missing.value.code, missing.value.type) == ("unknown_run", "not_found_error")
    with pytest.raises(openai.NotFoundError):
        await ai.responses.create(model="x", input="all", previous_response_id="r_nothing")
    with pytest.raises(openai.BadRequestError, match="empty"):
        await ai.responses.create(model="x", input=" ")
    with pytest.raises(openai.BadRequestError, match="role 'user'"):
        await ai.responses.create(model="x", input=[{"role": "developer", "content": "Be brief."}])
    with pytest.raises(openai.UnprocessableEntityError, match="100000"):
        await ai.responses.create(model="x", input="x" * 100_001)
    with pytest.raises(openai.UnprocessableEntityError) as wrong:
        await ai.responses.retrieve("r_1", stream=True, starting_after=-5)
    assert wrong.value.param == "starting_after"
    busy = await ai.responses.create(model="x", input="wait", background=True)
    with pytest.raises(openai.ConflictError, match="still answering"):
        await ai.responses.create(model="x", input="all", previous_response_id=busy.id)
    await ai.responses.cancel(busy.id)
    locked = start(FIRSTLIGHT_API_KEY="sesame", FIRSTLIGHT_RATE="1/minute")
    async with AsyncOpenAI(base_url=f"{locked.url}/v1", api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.responses.create(**ALL)
    async with AsyncOpenAI(base_url=f"{locked.url}/v1", api_key="sesame", max_retries=0) as known:
        await known.responses.create(**ALL)
        with pytest.raises(openai.RateLimitError, match="1 per 1 minute") as often:
            await known.responses.create(**ALL)
        assert 1 <= int(often.value.response.headers["retry-after"]) <= 60


async def test_one_key_asks_once(ai: AsyncOpenAI) -> None:
    head = {"Idempotency-Key": "one"}
    first, second = [await ai.responses.create(**ALL, extra_headers=head) for _ in range(2)]
    assert first == second


async def test_a_server_that_is_stopped_never_looks_complete(start: Start) -> None:
    server = start()
    port = int(server.url.rpartition(":")[2])
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
        events = await client.responses.create(model="x", input="count 500 0.02", stream=True)
        seen = [await anext(events) for _ in range(10)]
        server.process.terminate()
        with pytest.raises(openai.APIConnectionError):
            seen.extend([event async for event in events])
        server.process.wait()
        start(data=server.data, port=port)
        assert seen[0].type == "response.created"
        rest = await client.responses.retrieve(
            seen[0].response.id, stream=True, starting_after=seen[-1].sequence_number
        )
        seen.extend([event async for event in rest])
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    last = seen[-1]
    assert last.type == "response.failed" and last.response.error is not None
    text = "".join(event.delta for event in seen if event.type == "response.output_text.delta")
    assert text == last.response.output_text != ""


async def test_our_own_client_reads_the_same_run(server: Server, ai: AsyncOpenAI) -> None:
    answer = await ai.responses.create(**ALL)
    async with Client(server.url) as client:
        entries = [entry async for entry in client.follow(answer.id)]
    assert (
        "".join(e.event.text for e in entries if isinstance(e.event, Token) and e.event.channel == "answer") == ANSWER
    )
