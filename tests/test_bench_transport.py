"""The bench of the transports: its arithmetic, its stream, its servers, and the page that follows from it."""

import asyncio
import json
import os
import re
import time
from pathlib import Path

import pytest

from agent.request import Request
from eval.bench.transport import servers, tables
from eval.bench.transport.advice import BEGIN, END, FACTS, advice, block, page
from eval.bench.transport.cells import table
from eval.bench.transport.measure import Plan, measure
from eval.bench.transport.rows import Acts, History, Idle, Load, Result, Row, Spread, Storm, latencies, lost
from eval.bench.transport.servers import ARMS, Arm, cpu_ns
from eval.bench.transport.source import SECOND, WIDTH, Gate, agent, beats, payload
from eval.bench.transport.wire import Arrival, arrivals

TINY = Plan(streams=(1, 4), seconds=0.5, cancels=2, times=6, history=400, idle=8)
PAGE = Path(__file__).parents[1] / "docs" / "transport.md"


def frame(number: int) -> bytes:
    return f"6e\r\nid: {number + 1}\nevent: token\ndata: {payload(number)}\n\n\r\n".encode()


def message(run_id: str, number: int) -> bytes:
    return b"\x81\x7e\x00\xaa" + f'{{"run_id":"{run_id}","id":7,"event":"token","data":{payload(number)}}}'.encode()


def test_a_token_has_arrived_with_its_last_byte() -> None:
    whole = b"HTTP/1.1 200 OK\r\n\r\n" + frame(0) + frame(1) + frame(2)
    cut = whole.index(b'"offset":21')
    found = list(arrivals([(1, whole[:30]), (2, whole[30:cut]), (3, whole[cut:])]))
    assert [(token.number, token.arrived) for token in found] == [(0, 2), (1, 3), (2, 3)]
    assert all(0 < token.said <= time.perf_counter_ns() for token in found)


def test_runs_on_one_connection_are_told_apart() -> None:
    found = list(arrivals([(1, message("r_1", 0) + message("r_2", 0)), (2, message("r_1", 1))]))
    assert [(token.run_id, token.number, token.arrived) for token in found] == [
        (b"r_1", 0, 1),
        (b"r_2", 0, 1),
        (b"r_1", 1, 2),
    ]


def test_a_token_that_is_missing_before_the_last_one_is_lost() -> None:
    def arrived(run_id: bytes, *numbers: int) -> list[Arrival]:
        return [Arrival(run_id, number, 0, 0) for number in numbers]

    assert lost(arrived(b"", 0, 1, 2)) == 0
    assert lost(arrived(b"", 0, 2, 3, 6)) == 3
    assert lost([*arrived(b"a", 0, 1), *arrived(b"b", 1)]) == 1


def test_only_what_arrives_in_the_measured_seconds_counts() -> None:
    tokens = [Arrival(b"", number, number * SECOND, number * SECOND + 5_000_000) for number in range(5)]
    assert latencies(tokens, SECOND, 3 * SECOND) == [5.0, 5.0]


def test_a_time_that_never_came_is_not_left_out_of_the_worst() -> None:
    assert Spread.of([1.0, 2.0, float("inf")]).worst is None
    assert Spread.of([]).n == 0


async def say(question: str) -> list[float]:
    return [time.perf_counter() async for _ in beats(question)]


def test_streams_wait_for_the_gate_and_end_when_it_closes() -> None:
    async def speak() -> tuple[list[float], list[float], float]:
        speaking = [asyncio.create_task(say(f"speak {phase} 50")) for phase in (0, 0.01)]
        await asyncio.sleep(0.1)
        opened = time.perf_counter()
        assert await say("go 0.2") == []
        first, second = await asyncio.gather(*speaking)
        return first, second, opened

    first, second, opened = asyncio.run(speak())
    assert opened <= first[0] < second[0]
    assert 5 <= len(first) <= 11
    assert first[-1] < opened + 0.3


def test_a_stream_that_is_late_does_not_move_what_is_due() -> None:
    async def slow() -> int:
        count = 0
        async for _ in beats("speak 0 100"):
            count += 1
            if count == 1:
                time.sleep(0.1)  # noqa: ASYNC251 - the loop is blocked for ten tokens
        return count

    async def speak() -> int:
        speaking = asyncio.create_task(slow())
        await asyncio.sleep(0.01)
        await say("go 0.3")
        return await speaking

    assert asyncio.run(speak()) >= 25


def test_a_gate_that_is_opened_again_closes_for_those_that_have_passed() -> None:
    async def twice() -> None:
        gate = Gate()
        gate.open(1)
        openings = []
        for _ in range(2):
            waiting = asyncio.create_task(gate.passed())
            await asyncio.sleep(0)
            assert not waiting.done(), "it came after the gate was opened"
            gate.open(0.5)
            openings.append(await waiting)
        first, second = openings
        assert first.until == second.since
        assert second.until - second.since == SECOND / 2

    asyncio.run(twice())


def test_our_agent_and_the_peers_say_the_same() -> None:
    async def tokens() -> list[str]:
        said = []
        async for event in agent(Request(question="history 3")):
            if event.type == "token":
                said.append(event.text)
            if len(said) == 3:
                break
        return said

    ours = asyncio.run(tokens())
    theirs = [json.loads(payload(number)) for number in range(3)]
    assert {len(text) for text in ours} == {len(each["text"]) for each in theirs} == {WIDTH}
    assert [each["offset"] for each in theirs] == [0, WIDTH, 2 * WIDTH]


def test_cpu_time_is_that_of_the_process() -> None:
    before, own = cpu_ns(os.getpid()), time.process_time_ns()
    while time.process_time_ns() - own < 0.1 * SECOND:
        pass
    assert cpu_ns(os.getpid()) - before == pytest.approx(0.1 * SECOND, rel=0.5)


# --- real servers


def arm(name: str) -> Arm:
    return next(arm for arm in ARMS if arm.name == name)


@pytest.mark.parametrize("name", ["sse", pytest.param("websocket", marks=pytest.mark.slow)])
def test_our_server_is_measured_whole(name: str) -> None:
    row = measure([arm(name)], TINY, print).rows[0]
    assert row.skipped == ""
    for load in row.loads:
        assert load.lost == 0
        assert load.got > 0
        assert load.cpu_us > 0
        assert load.emit_to_receive.worst is not None
    assert [load.streams for load in row.loads] == [1, 4]
    assert row.alone is not None
    for acts in (row.alone.cancel_acknowledged, row.alone.cancel_quiet, row.alone.disconnect_noticed):
        assert acts is not None
        assert acts.n == 6
        assert acts.worst is not None
    assert row.storm is not None
    assert row.storm.cancel_acknowledged is not None
    assert row.storm.all_gone is not None
    assert row.history is not None
    assert row.history.caught_up.worst is not None
    assert row.idle is not None
    assert row.idle.base_mb > 10
    assert row.tracebacks == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["websocket-one", "fastapi", "sse-starlette", "raw-sse", "raw-websocket"])
def test_a_peer_is_measured(name: str) -> None:
    row = measure([arm(name)], TINY, print).rows[0]
    assert row.skipped == ""
    assert [(load.streams, load.lost) for load in row.loads] == [(1, 0), (4, 0)]
    assert all(load.got > 0 for load in row.loads)


def test_a_server_that_does_not_start_is_a_row_that_says_why() -> None:
    row = measure([Arm("broken", "broken", ("-c", "raise SystemExit('no such thing')"), "get")], TINY, print).rows[0]
    assert "no such thing" in row.skipped


def test_a_peer_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    assert tables.run("sse-starlette", quick=True, as_json=True, markdown=None) == 1
    told = json.loads(capsys.readouterr().out)["rows"][0]
    assert told["skipped"] == "sse_starlette is not installed: see requirements-bench.txt"


def test_an_arm_that_is_not_known_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.run("sse,grpc", quick=True, as_json=True, markdown=None) == 2
    assert "no arm 'grpc': expected some of sse, websocket" in capsys.readouterr().err


# --- the page


def some(row: str, cpu_us: float, ours: bool) -> Row:
    plan, spread = Plan(), Spread(n=20, p50=3.0, p99=None, worst=12.0)
    loads = (
        Load(
            streams=streams,
            rate=50,
            seconds=5,
            wanted=250 * streams,
            got=250 * streams,
            lost=0,
            cpu_us=cpu_us,
            emit_to_receive=Spread(n=500, p50=1.0, p99=20.0, worst=30.0),
            server_cpu=0.3,
            client_cpu=0.1,
            loadavg=1.0,
        )
        for streams in sorted(plan.streams)
    )
    cancel = spread if ours else None
    return Row(
        name=row,
        title=arm(row).title,
        loads=tuple(loads),
        alone=Acts(cancel_acknowledged=cancel, cancel_quiet=cancel, disconnect_noticed=spread),
        storm=Storm(cancel_acknowledged=cancel, cancel_quiet=cancel, all_gone=None),
        history=History(events=plan.history, caught_up=spread, cpu_us=2.0),
        idle=Idle(streams=plan.idle, base_mb=100, above_mb=30, connection_kb=20),
    )


def result(sse: float = 60, websocket: float = 90) -> Result:
    costs = {"sse": sse, "websocket": websocket}
    rows = [some(arm.name, costs.get(arm.name, 100), arm.ours) for arm in ARMS]
    return Result(rows=tuple(rows), versions={"uvicorn": "1"}, cores=2)


@pytest.mark.parametrize(
    ("sse", "websocket", "said"),
    [
        (60, 90, "costs less than"),
        (60, 65, "costs as much as"),
        (65, 60, "costs as much as"),
        (90, 60, "costs more than"),
    ],
)
def test_the_advice_follows_from_the_figures(sse: float, websocket: float, said: str) -> None:
    first = advice(result(sse, websocket))[0]
    assert f"{said} the WebSocket ({sse} µs an event beside {websocket} µs with 100 streams)" in first


def test_there_is_no_advice_without_figures() -> None:
    found = result()
    assert advice(found.model_copy(update={"rows": found.rows[1:]})) == []
    assert (
        advice(found.model_copy(update={"rows": (found.rows[0].model_copy(update={"loads": ()}), *found.rows[1:])}))
        == []
    )


def test_what_never_came_is_said_and_what_is_not_offered_is_a_dash() -> None:
    lines = {line[0]: line[1:] for line in table(result(), ["sse", "fastapi"])}
    assert lines["all leave at once under load: noticed"] == ("not within 5 s", "not within 5 s")
    assert lines["cancel acknowledged: median, worst"] == ("3.0 ms, 12 ms", "–")
    assert lines["100 streams × 50/s: said to received, p50 and p99"] == ("1.0 ms, 20 ms",) * 2


def test_an_arm_that_was_not_measured_is_named_on_the_page() -> None:
    found = result()
    rows = [row.model_copy(update={"skipped": "it fell over"}) if row.name == "fastapi" else row for row in found.rows]
    made = block(found.model_copy(update={"rows": tuple(rows)}))
    assert "FastAPI's SSE: not measured. it fell over" in made
    assert "FastAPI" not in made.replace("FastAPI's SSE: not measured", "")


def test_only_the_generated_part_of_a_page_is_made_anew() -> None:
    first = page(result(), "")
    assert first.startswith("# When SSE, when a WebSocket\n")
    mine = first.replace(BEGIN, f"My words.\n\n{BEGIN}") + "\nMy end.\n"
    again = page(result(sse=10), mine)
    assert again.startswith("# When SSE, when a WebSocket\n\nMy words.\n\n")
    assert again.endswith(f"{END}\n\nMy end.\n")
    assert again.count(BEGIN) == 1
    assert "10 µs an event" in again


def shape(text: str) -> list[str]:
    """The generated part without what a run has measured: the names of lines and columns, and the words between."""
    as_they_are = {"", "---", *(fact[0] for fact in FACTS)}
    lines = []
    for line in text.partition(BEGIN)[2].partition(END)[0].strip().splitlines():
        if line.startswith("|"):
            cells = line.strip("|").split("|")
            lines.append(line if cells[0].strip() in as_they_are else f"{cells[0]}: {len(cells)}")
        elif not line.startswith("Client and servers shared"):
            lines.append(re.sub(r"\d[\d.,]*( ms| µs)?", "#", re.sub(r"costs .*? the WebSocket", "costs", line)))
    return lines


def test_the_page_in_docs_has_the_shape_that_the_command_writes() -> None:
    assert shape(PAGE.read_text()) == shape(page(result(), ""))
