"""The Next.js page in apps/web, built and served by Next.js in front of a real server, in Chromium."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Locator, Page, expect

from tests.server.agents import HARD
from tests.server.conftest import ROOT, Server, Start
from tests.streams import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("web"), pytest.mark.timeout(900)]  # it is built first

WEB = ROOT / "apps" / "web"
PATIENCE_MS = 1000 * PATIENCE
LONG = "".join(f"{number} " for number in range(60))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as `next build` makes it; once more only where something in it has changed. Returns Next's script."""
    node, npm = shutil.which("node"), shutil.which("npm")
    assert node and npm, "Node 20 or newer and npm are needed on PATH"
    installed, made = WEB / "node_modules" / ".package-lock.json", WEB / ".next" / "BUILD_ID"
    with FileLock(tmp_path_factory.getbasetemp().parent / "npm-web.lock"):
        if not is_newer(installed, [WEB / "package-lock.json"]):
            subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=WEB, check=True, timeout=600)
        if not is_newer(made, [installed, *sources()]):
            subprocess.run([npm, "run", "build"], cwd=WEB, check=True, timeout=600)
    return WEB / "node_modules" / "next" / "dist" / "bin" / "next"


def sources() -> list[Path]:
    folders = [path for name in ("app", "components", "lib") for path in (WEB / name).rglob("*") if path.is_file()]
    return [*folders, WEB / "package.json", WEB / "next.config.ts", WEB / "tsconfig.json"]


def is_newer(made: Path, of: list[Path]) -> bool:
    return made.exists() and all(made.stat().st_mtime >= path.stat().st_mtime for path in of)


@contextmanager
def serving(script: Path, server: Server, folder: Path) -> Iterator[str]:
    """`next start` on a free port; its address."""
    env = os.environ | {"FIRSTLIGHT_URL": server.url, "NEXT_TELEMETRY_DISABLED": "1"}
    command = ["node", str(script), "start", "-H", "127.0.0.1", "-p", "0"]
    output = folder / "next.txt"
    with output.open("w") as told:
        process = subprocess.Popen(command, cwd=WEB, env=env, stdout=told, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", output.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        yield found[0]
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def web(built: Path, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(built, server, tmp_path_factory.mktemp("next")) as url:
        yield url


@pytest.fixture
def page(browser: Browser, web: str) -> Iterator[Page]:
    """A new chat; at the end nothing may have gone wrong in it."""
    context = browser.new_context(base_url=web, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto("/")
    yield page
    context.close()
    assert failed == []


def ask(page: Page, question: str) -> Locator:
    """Asks, and returns the newest answer."""
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")
    return page.locator("article").last


def chat_of(page: Page) -> str:
    return page.url.rpartition("/")[2]


def test_an_answer_arrives_with_its_steps_sources_and_artifacts(page: Page) -> None:
    answer = ask(page, "all")
    expect(answer.locator("footer")).to_contain_text("total")
    assert answer.locator(".text").text_content() == f"Revenue was $46.7 billion 1. {HARD} And 2."
    expect(answer.locator(".steps li")).to_have_text([re.compile("Searching · kept 2 of 9"), re.compile("Writing")])
    answer.locator(".text .cite").first.click()
    expect(answer.locator(".card:target blockquote")).to_have_text("Fact.")
    expect(answer.locator(".sources a").first).to_have_attribute("href", "https://example.org/1")
    expect(answer.locator(".value")).to_have_text("$46.74 billion")
    expect(answer.locator(".note")).to_have_text("Only one quarter is known.")


def test_text_arrives_while_it_is_written_and_not_at_the_end(page: Page) -> None:
    answer = ask(page, "count 60 0.05")
    expect(answer.locator(".steps [data-state=running]")).to_contain_text("Counting")
    expect(answer.locator(".text")).to_contain_text("5 ")
    assert "59" not in answer.locator(".text").inner_text()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(answer.locator(".text")).to_have_text(LONG)


def test_stop_stops_the_run(page: Page, server: Server) -> None:
    answer = ask(page, "wait")
    expect(answer.locator(".text")).to_have_text("Waiting")
    page.get_by_role("button", name="Stop").click()
    expect(answer.locator("footer")).to_contain_text("Stopped.")
    (_, message) = httpx.get(f"{server.url}/api/chat/{chat_of(page)}").json()
    assert httpx.get(f"{server.url}/v1/runs/{message['id']}").json()["status"] == "cancelled"
    expect(ask(page, "count 3").locator(".text")).to_have_text("0 1 2 ")


def test_a_reload_in_the_middle_shows_the_same_answer_once(page: Page) -> None:
    expect(ask(page, "count 60 0.05").locator(".text")).to_contain_text("9 ")
    page.reload()
    expect(page.locator("article .text")).to_contain_text("9 ")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator("article .text")).to_have_text(LONG)
    page.reload()
    expect(page.locator("article footer")).to_contain_text("total")
    expect(page.locator("article .text")).to_have_text(LONG)
    assert page.locator(".question").all_inner_texts() == ["count 60 0.05"]


@pytest.mark.parametrize(("button", "said"), [("Yes", "True"), ("No", "False")])
def test_a_question_of_the_run_is_answered(page: Page, button: str, said: str) -> None:
    answer = ask(page, "ask")
    expect(answer.locator(".ask")).to_contain_text("Go on?")
    page.reload()
    answer.get_by_role("button", name=button).click()
    expect(answer.locator(".text").last).to_have_text(f"you said {said} (answered).")
    expect(answer.locator(".ask")).to_contain_text(button)
    expect(page.locator("article")).to_have_count(1)


def test_a_question_with_choices_is_answered_while_the_answer_goes_on(page: Page) -> None:
    answer = ask(page, "choose")
    answer.get_by_role("button", name="right").click()
    expect(answer.locator(".text")).to_have_text("You chose right.")
    expect(answer.locator(".ask small")).to_have_text("right")


def test_a_failure_is_told_and_what_was_said_stays(page: Page) -> None:
    answer = ask(page, "fail")
    expect(answer.locator("footer")).to_contain_text("The answer failed.")
    expect(answer.locator(".text")).to_have_text("Half an ")
    expect(answer.locator(".note")).to_contain_text("the model went away")


def test_what_somebody_wrote_is_text_and_never_html(page: Page) -> None:
    hostile = "<img src=x onerror=document.title='taken'><b>[1]</b>"
    answer = ask(page, hostile)
    expect(answer.locator(".text")).to_contain_text(hostile.partition("'")[0])
    expect(page.locator(".question")).to_have_text(hostile)
    assert page.locator("main img, main b").count() == 0
    assert page.title() == "Firstlight"


def test_pages_of_other_sites_are_refused(web: str) -> None:
    body = {"id": "x", "messages": [{"role": "user", "parts": [{"type": "text", "text": "count 1"}]}]}
    refused = httpx.post(f"{web}/api/chat", json=body, headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    assert httpx.get(f"{web}/api/chat/x").json() == []


def test_an_answer_whose_server_is_killed_goes_on_when_it_is_back(
    built: Path, browser: Browser, start: Start, tmp_path: Path
) -> None:
    doomed = start()
    with serving(built, doomed, tmp_path) as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        answer = ask(page, "count 2000 0.01")
        expect(answer.locator(".text")).to_contain_text("9 ")
        doomed.process.kill()
        doomed.process.wait()
        expect(page.get_by_text("The connection was lost")).to_be_visible()
        assert page.locator("footer").count() == 0
        start(data=doomed.data, port=int(doomed.url.rpartition(":")[2]))
        expect(answer.locator("footer")).to_contain_text("interrupted")
        expect(answer.locator(".text")).to_contain_text("9 ")
        expect(page.locator("article")).to_have_count(1)
