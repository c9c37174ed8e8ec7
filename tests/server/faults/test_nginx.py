"""Behind a real nginx: nothing is held back, and what it answers while it or the server is away ends nothing."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from agent.client import Client
from agent.events import Token
from agent.request import Request
from tests.browser.conftest import ARGS
from tests.needs import chromium, nginx
from tests.server.chaos import Chaos, Weather, chaos
from tests.server.conftest import Server
from tests.server.faults.proxy import Nginx
from tests.server.faults.readers import Shown, by_stream, readers, whole

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

BOTH = """async run => {
  const { Firstlight } = await import("/v1/static/firstlight.js");
  const text = { ours: "", theirs: "" };
  const source = new EventSource(`/v1/runs/${run}/events`);
  source.addEventListener("token", event => { text.theirs += JSON.parse(event.data).text; });
  window.shown = text;
  window.source = source;
  window.whole = (async () => {
    for await (const entry of new Firstlight().follow(run)) if (entry.type === "token") text.ours += entry.data.text;
    return { ...text, state: source.readyState };
  })();
}"""


@pytest.fixture
async def away(faulty: Server) -> AsyncIterator[Chaos]:
    """Between nginx and the server, to take the server away."""
    async with chaos(faulty.url) as between:
        yield between


@pytest.fixture
async def front(away: Chaos, tmp_path: Path) -> AsyncIterator[Nginx]:
    if not (nginx() and chromium()):
        reason = "no nginx, or no Chromium: see python -m tests.needs"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    proxy = Nginx(nginx(), tmp_path / "nginx", away.url)
    await asyncio.to_thread(proxy.start)
    yield proxy
    proxy.stop()


async def test_nothing_is_held_back_by_a_proxy_that_compresses_and_buffers(front: Nginx) -> None:
    async with Client(front.url) as client:
        asked = time.monotonic()
        run_id = await client.start(Request(question="clock 50 0.04"))
        late, first = [], 0.0
        async for entry in client.follow(run_id):
            first = first or time.monotonic() - asked
            if isinstance(event := entry.event, Token):
                late.append(time.time() - float(event.text))
    late.sort()
    print(f"first event {first * 1000:.0f} ms after asking", end=", ")
    print(f"a token's way p50 {late[25] * 1000:.1f} ms, max {late[-1] * 1000:.0f} ms")
    assert first < 1
    assert late[25] < 0.1
    assert late[-1] < 1


@pytest.mark.browser
async def test_our_clients_go_on_after_a_proxy_was_away_and_answered_502(
    front: Nginx, away: Chaos, faulty: Server
) -> None:
    """EventSource gives up at the 502: that is why our JavaScript client does not use it."""
    shown: Shown = []
    async with Client(front.url) as client, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await browser.new_page()
        await page.goto(f"{front.url}/plain")
        run_id = await client.start(Request(question="count 200 0.05"))
        async with readers(by_stream(client, run_id, shown)):
            await page.evaluate(BOTH, run_id)
            await page.wait_for_function("shown.ours && shown.theirs")
            await asyncio.to_thread(front.stop)
            await asyncio.sleep(1)
            away.weather = Weather(refuse=True)
            away.break_all()
            await asyncio.to_thread(front.start)
            await page.wait_for_function("source.readyState === EventSource.CLOSED")
            away.weather = Weather()
        told = await page.evaluate("whole")
        await browser.close()
    text = "".join(f"{number} " for number in range(200))
    assert shown == await whole(faulty.url, run_id)
    assert "".join(data["text"] for _, kind, data in shown if kind == "token") == text
    assert told["ours"] == text
    assert text.startswith(told["theirs"]) and told["theirs"] != text
    assert told["state"] == 2, json.dumps(told)
