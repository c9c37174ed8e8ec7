"""One question to a page in real Chromium: what was painted when, and what it cost the browser."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from eval.bench.page_rows import Painted

SCRIPT = Path(__file__).with_name("paint.js")
NAMES = ("chromium", "chromium-browser", "google-chrome")
ASSETS = frozenset({"Document", "Script", "Stylesheet", "Image", "Font", "Manifest"})
WARM_S = 120.0
"""How long a page may take until it has a field for the question."""
CALM_MS = 700.0
"""A page that has not changed for so long is at rest."""

Json = dict[str, Any]


class NoChromium(Exception):
    """There is no browser to measure in."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, else Playwright's own; `CHROMIUM` names another. Raises NoChromium."""
    path = os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except PlaywrightError as error:
            first = error.message.strip().splitlines()[0]
            raise NoChromium(f"Chromium did not start ({first}): install it, or set CHROMIUM to its path") from error
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Traffic:
    """Bytes that the page has received, as they were on the wire; WebSocket messages as they were unpacked."""

    data: int = 0
    assets: int = 0
    """Scripts, styles, fonts: loaded once, and cached."""
    _kinds: dict[str, str] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._response)
        session.on("Network.dataReceived", self._received)
        session.on("Network.webSocketFrameReceived", self._frame)
        session.send("Network.enable")

    def clear(self) -> None:
        self.data = self.assets = 0

    def _response(self, event: Json) -> None:
        self._kinds[event["requestId"]] = event["type"]

    def _received(self, event: Json) -> None:
        if self._kinds.get(event["requestId"]) in ASSETS:
            self.assets += event["encodedDataLength"]
        else:
            self.data += event["encodedDataLength"]

    def _frame(self, event: Json) -> None:
        message, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        self.data += len(message) * 3 // 4 - message[-2:].count("=") if binary else len(message.encode())


class Viewer:
    """A fresh visitor of a page, with its own cache and storage."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._context = browser.new_context(viewport={"width": 1440, "height": 900})
        self._context.add_init_script(path=SCRIPT)
        self.page = self._context.new_page()
        self.traffic = Traffic()
        self.traffic.listen(self.page)
        self.page.goto(url)
        self._field = self.page.locator("textarea:visible").last
        self._field.wait_for(timeout=WARM_S * 1000)

    def close(self) -> None:
        self._context.close()

    def choose_no_pace(self) -> None:
        """Our pages simulate the pace of a hosted model unless they are told not to."""
        self.page.get_by_label("Pace").last.click()
        self.page.get_by_role("option", name="As it is").click()
        self.rest()

    def ask(self, question: str, series: str) -> None:
        """Types the question as a person would, and presses Enter. From now on it is watched."""
        self._field.press_sequentially(question, delay=5)
        self.page.evaluate("([series, said]) => firstlightPaint.begin(series, said)", [series, f"series {series}"])
        self.traffic.clear()
        self._field.press("Enter")

    def newest(self) -> int:
        """The number of the newest painted token, -1 before the first."""
        return int(self.page.evaluate("firstlightPaint.newest()"))

    def rest(self, most_s: float = 10.0) -> None:
        """Waits until the page is at rest."""
        give_up = time.monotonic() + most_s
        while time.monotonic() < give_up:
            if self.page.evaluate("firstlightPaint.calmMs()") > CALM_MS:
                return
            self.page.wait_for_timeout(100)

    def painted(self) -> Painted:
        """What was seen since the last `ask`."""
        offset, error = self._clock()
        seen = self.page.evaluate("firstlightPaint.result()")

        def wall(at: float) -> float:
            return float((seen["origin"] + at) / 1000 - offset)

        return Painted(
            enter=wall(seen["enter"]),
            feedback=None if seen["feedback"] is None else wall(seen["feedback"]),
            frames=[(int(newest), wall(at)) for newest, at in seen["painted"]],
            dom_updates=seen["updates"],
            long_tasks=seen["longTasks"],
            long_ms=seen["longMs"],
            clock_error_ms=error * 1000,
        )

    def _clock(self) -> tuple[float, float]:
        """How far the browser's clock is ahead of ours, and how sure that is, in seconds: the best of 20."""
        best = (0.0, float("inf"))
        for _ in range(20):
            before = time.time()
            theirs = self.page.evaluate("firstlightPaint.clock()") / 1000
            after = time.time()
            best = min(best, (theirs - (before + after) / 2, (after - before) / 2), key=lambda found: found[1])
        return best


def browser_cpu_s(browser: Browser) -> float:
    """CPU seconds that all processes of the browser have used so far."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in processes))
