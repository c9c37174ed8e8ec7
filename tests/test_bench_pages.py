"""The bench of the pages: its arithmetic, its source of tokens, and that it sees what a person would see."""

import asyncio
import base64
import math
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.bench.page_rows import Cost, Painted, Row, lags, middle, row
from eval.bench.page_servers import CONTENDERS
from eval.bench.page_tables import run
from eval.bench.token_source import FOLDER, Order, Stamps, agent, markdown, speak, speak_sync
from tests.needs import chromium

NOTHING = Cost(bytes=0, asset_bytes=0, server_cpu_s=0, browser_cpu_s=0, loadavg=0)
browser = pytest.mark.skipif(not chromium() and os.environ.get("CI") != "true", reason="no Chromium")


def painted(frames: list[tuple[int, float]]) -> Painted:
    return Painted(0.0, None, frames, dom_updates=0, long_tasks=0, long_ms=0, clock_error_ms=0)


def measured(order: Order, stamps: Stamps | None, frames: list[tuple[int, float]]) -> Row:
    return row("page", "gradio", 1, order, stamps, painted(frames), NOTHING)


def test_a_token_is_painted_with_the_first_frame_that_shows_it_or_a_later_one() -> None:
    assert painted([(1, 10.0), (2, 11.0), (9, 12.0)]).times(5) == [10.0, 10.0, 11.0, 12.0, 12.0]
    assert painted([(0, 10.0)]).times(2) == [10.0, None]


def test_lag_counts_from_due_and_is_infinite_for_what_was_never_painted() -> None:
    assert lags([1.0, 2.0, 3.0], [1.25, 2.5, None]) == [250.0, 500.0, math.inf]


def test_a_page_that_falls_behind_shows_it_in_the_last_thousand() -> None:
    order = Order("Zk", 3_000, 100.0)
    stamps = Stamps(1_000.0, [1_000.0 + n / 100 for n in range(3_000)])
    steady = measured(order, stamps, [(n, 1_000.05 + n / 100) for n in range(3_000)])
    assert (steady.p50_ms, steady.p99_first_1000_ms, steady.p99_last_1000_ms, steady.last_ms) == (50, 50, 50, 50)
    behind = measured(order, stamps, [(n, 1_000.0 + n / 50) for n in range(3_000)])
    assert behind.p99_first_1000_ms == pytest.approx(9_890, abs=10)
    assert behind.p99_last_1000_ms == pytest.approx(29_890, abs=10)
    assert behind.last_ms == 29_990


def test_a_page_that_holds_the_source_back_does_not_look_fast() -> None:
    order = Order("Zk", 400, 100.0)
    said = [1_000.0 + n / 10 for n in range(400)]
    held = measured(order, Stamps(1_000.0, said), list(enumerate(said)))
    assert held.held_ms == held.last_ms == pytest.approx((39.9 - 3.99) * 1000, abs=0.1)


def test_an_answer_that_was_not_painted_whole_has_no_last_token() -> None:
    order = Order("Zk", 400, 100.0)
    half = measured(order, Stamps(0.0, [0.0] * 400), [(199, 1.0)])
    assert (half.painted, half.last_ms, half.p99_ms) == (200, None, None)
    assert measured(order, None, [(399, 1.0)]).p50_ms is None


def test_few_tokens_have_no_p99() -> None:
    few = measured(Order("Zk", 300, 100.0), Stamps(0.0, [n / 100 for n in range(300)]), [(299, 9.0)])
    assert few.p50_ms is not None
    assert few.p99_ms is None


def test_a_question_that_was_never_shown_is_not_left_out_of_the_median() -> None:
    assert middle([10.0, 30.0, math.inf]) == 30
    assert middle([10.0, math.inf, math.inf]) is None
    assert middle([]) is None


def test_every_token_has_its_number_and_the_answer_is_markdown() -> None:
    tokens = markdown("Zk", 5_000)
    assert [re.findall(r"Zk(\d{4})", token) for token in tokens] == [[f"{n:04}"] for n in range(5_000)]
    text = "".join(tokens)
    for mark in ("\n## ", " **", "\n- ", "\n```python\n", "\n|---|"):
        assert text.count(mark) > 50, mark


def test_a_question_says_what_is_ordered() -> None:
    for order in (Order("Zk", 5_000, 50.0), Order("Za", 5, 12.5, 2.0, blocking=True)):
        assert Order.of(f"  {order.question}\n") == order
    with pytest.raises(ValueError, match="'What is new'"):
        Order.of("What is new")


def test_a_slow_page_does_not_move_the_moments_when_tokens_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    order = Order("Zk", 20, 1_000.0, quiet_s=0.0)

    async def read() -> list[str]:
        found = []
        async for text in speak(order):
            found.append(text)
            await asyncio.sleep(0.005)
        return found

    before = time.time()
    assert asyncio.run(read()) == markdown("Zk", 20)
    assert list(speak_sync(Order("Zj", 20, 1_000.0, quiet_s=0.0))) == markdown("Zj", 20)
    slow, quick = Stamps.load(tmp_path / "Zk.json"), Stamps.load(tmp_path / "Zj.json")
    assert before <= slow.began <= slow.said[0] < time.time()
    assert slow.said[-1] - slow.began > 19 * 0.005
    assert len(quick.said) == 20


def test_the_agent_says_the_same_tokens() -> None:
    from agent.request import Request

    async def read() -> list[str]:
        question = Order("Zk", 30, 10_000.0, quiet_s=0.0).question
        return [event.text async for event in agent(Request(question=question)) if event.type == "token"]

    assert asyncio.run(read()) == markdown("Zk", 30)


def test_bytes_are_counted_apart_from_scripts() -> None:
    from eval.bench.paint import Traffic

    heard: dict[str, Callable[[dict[str, Any]], None]] = {}
    session = SimpleNamespace(on=heard.__setitem__, send=lambda _: None)
    page: Any = SimpleNamespace(context=SimpleNamespace(new_cdp_session=lambda _: session))
    traffic = Traffic()
    traffic.listen(page)
    for request, kind, size in (("1", "Script", 1_000), ("2", "EventSource", 30), ("2", "EventSource", 4)):
        heard["Network.responseReceived"]({"requestId": request, "type": kind})
        heard["Network.dataReceived"]({"requestId": request, "encodedDataLength": size})
    for message in (b"four", b"fives", b"sixsix"):
        payload = base64.b64encode(message).decode()
        heard["Network.webSocketFrameReceived"]({"response": {"opcode": 2, "payloadData": payload}})
    heard["Network.webSocketFrameReceived"]({"response": {"opcode": 1, "payloadData": "é"}})
    assert (traffic.data, traffic.assets) == (30 + 4 + 4 + 5 + 6 + 2, 1_000)


SHOWS = """<!doctype html><textarea></textarea><p id="plain"></p><div id="host"></div>
<p hidden id="hidden"></p><script>
const root = document.getElementById("host").attachShadow({ mode: "open" });
const stamps = window.stamps = {};
const now = () => performance.timeOrigin + performance.now();
const at = (ms, what, put) => setTimeout(() => { put(); stamps[what] = now(); }, ms);
document.querySelector("textarea").addEventListener("keydown", event => {
  if (event.key !== "Enter") return;
  const plain = document.getElementById("plain");
  at(100, "heard", () => plain.append("You asked for series Zk"));
  at(200, "Zk0000", () => plain.append("Zk0000 "));
  at(250, "unseen", () => { document.getElementById("hidden").textContent = "Zk0004"; });
  at(300, "Zk0001", () => { plain.lastChild.data += "Zk0001 "; });
  at(400, "Zk0002", () => { root.innerHTML = "<table><tr><td>Zk0001<td>Zk0002</table>"; });
  at(500, "busy", () => { const end = performance.now() + 200; while (performance.now() < end); });
  at(750, "Zk0003", () => root.append("Zk0003"));
});
</script>"""


@browser
@pytest.mark.browser
def test_what_is_noted_is_what_a_page_has_shown(tmp_path: Path) -> None:
    from eval.bench.paint import Viewer
    from eval.bench.paint import chromium as running

    page = tmp_path / "page.html"
    page.write_text(SHOWS)
    with running() as chrome:
        viewer = Viewer(chrome, page.as_uri())
        before = time.time()
        viewer.ask("give me series Zk", "Zk")
        viewer.page.wait_for_function("firstlightPaint.newest() === 3", timeout=20_000)
        seen, truth = viewer.painted(), viewer.page.evaluate("stamps")
        viewer.close()
    assert [newest for newest, _ in seen.frames] == [0, 1, 2, 3]
    assert before < seen.enter < time.time()
    assert seen.feedback is not None
    shown = {"heard": seen.feedback} | {f"Zk{newest:04}": at for newest, at in seen.frames}
    for what, at in shown.items():
        behind = at - truth[what] / 1000
        assert -0.05 < behind < 1, f"{what} was noted {behind} s after it was put there"
    assert seen.long_tasks >= 1
    assert seen.long_ms >= 200


def test_without_a_browser_a_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    assert run("streamlit-write-stream", quick=True, reps=1, as_json=True) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "Chromium did not start" in said.err


def test_a_page_that_is_not_known_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("gradio", quick=True, reps=1, as_json=True) == 2
    assert "no page 'gradio': expected some of firstlight-gradio" in capsys.readouterr().err


@browser
@pytest.mark.browser
@pytest.mark.slow
def test_a_real_page_is_measured_from_enter_to_the_last_token() -> None:
    from eval.bench.pages import Plan, measure

    naive = next(one for one in CONTENDERS if one.name == "streamlit-write-stream")
    result = measure([naive], Plan(answers=((60, 100.0),), questions=0, blocked=0), print)
    assert result.failures == ()
    [answer], [feedback] = result.rows, result.first_feedback
    assert (answer.painted, answer.tokens) == (60, 60)
    assert answer.p50_ms is not None
    assert answer.bytes > len("".join(markdown("Zk", 60)))
    assert answer.server_cpu_s > 0
    assert answer.browser_cpu_s > 0
    assert feedback.first_question_ms is not None
