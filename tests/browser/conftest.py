"""One server process and one browser for all browser tests; a page that has to be quiet for each of them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from tests.browser.agents import EVERYTHING, gate
from tests.needs import chromium

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]
PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Server:
    """The demo, with the agents of tests/browser/agents.py."""

    url: str
    folder: Path

    def allow(self, name: str, events: int = EVERYTHING) -> None:
        """Lets the run behind the gate `name` say so many events in all."""
        path = gate(name, self.folder)
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(str(events))
        draft.replace(path)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "tests.browser.serve", "--port", "0", "--data", str(folder)]
    environment = os.environ | {"AGENT": "tests.browser.agents:by_question", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        said: Queue[str] = Queue()
        threading.Thread(target=lambda: [said.put(line) for line in process.stdout or ()], daemon=True).start()
        try:
            yield Server(_address(said), folder)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(said: "Queue[str]") -> str:
    """The address that the demo prints, once both pages are there."""
    lines: list[str] = []
    while True:
        try:
            lines.append(said.get(timeout=180))
        except Empty:
            pytest.fail("the demo did not start:\n" + "".join(lines))
        if "is ready" in lines[-1]:
            first = next(line for line in lines if line.startswith("Firstlight"))
            return first.split()[1].rstrip("/")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if not path:
        reason = "no Chromium: see python -m tests.needs"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield launched
        launched.close()


@dataclass
class Viewer:
    """A person's browser on one of the front ends."""

    page: Page
    front: str
    server: Server
    said: list[str] = field(default_factory=list)
    """Errors in the console, exceptions, and requests to other machines: there should be none."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))
        self.page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:")) and not request.url.startswith(self.server.url):
            self.said.append(f"request: {request.url}")

    def open(self, session: str = "") -> "Viewer":
        query = f"?session={session}" if session else ""
        self.page.goto(f"{self.server.url}/{self.front}/{query}")
        expect(self.box).to_be_visible()
        expect(self.page.locator(".fl-welcome, .st-key-welcome, .fl-turn").first).to_be_visible()
        return self

    def ask(self, question: str) -> "Viewer":
        self.box.fill(question)
        self.box.press("Enter")
        return self

    @property
    def box(self) -> Locator:
        boxes = {"streamlit": "[data-testid=stChatInput] textarea", "gradio": "#box textarea"}
        return self.page.locator(boxes[self.front])

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True).locator("visible=true").first

    @property
    def pane(self) -> Locator:
        return self.page.locator("[data-stick]")

    @property
    def answer(self) -> Locator:
        return self.page.locator("[data-section=answer]").last

    @property
    def times(self) -> Locator:
        """The line under a finished answer."""
        return self.page.locator("[data-section=outcome] .fl-times").last

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def choose_session(self, title: str) -> None:
        """Opens the newest of the listed sessions with that title."""
        if not self.sidebar_is_open():
            toggles = {"streamlit": "[data-testid=stExpandSidebarButton]", "gradio": ".sidebar .toggle-button"}
            self.page.locator(toggles[self.front]).click()
        listed = {"streamlit": ".st-key-sessions button", "gradio": ".fl-sessions a"}[self.front]
        self.page.locator(listed, has_text=title).first.click()

    def sidebar_is_open(self) -> bool:
        """A closed one stands beside the window, and counts as visible."""
        sidebars = {"streamlit": "[data-testid=stSidebar]", "gradio": ".sidebar"}
        box = self.page.locator(sidebars[self.front]).bounding_box()
        return box is not None and box["x"] >= 0

    @property
    def session(self) -> str:
        self.page.wait_for_url("**session=*")
        return self.page.url.partition("session=")[2]


@pytest.fixture(params=["streamlit", "gradio"])
def front(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def viewers(browser: Browser, server: Server) -> Iterator["Viewers"]:
    """Opens browsers; at the end of the test none of them may have complained."""
    opened = Viewers(browser, server)
    yield opened
    said = [line for viewer in opened.all for line in viewer.said]
    opened.close()
    assert said == []


@dataclass
class Viewers:
    browser: Browser
    server: Server
    all: list[Viewer] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, front: str, *, width: int = 1280, dark: bool = False) -> Viewer:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        self._contexts.append(context)
        self.all.append(Viewer(context.new_page(), front, self.server))
        return self.all[-1]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def viewer(viewers: Viewers, front: str) -> Viewer:
    """One browser on the front end under test, its page open."""
    return viewers(front).open()
