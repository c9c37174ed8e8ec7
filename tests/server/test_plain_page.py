"""The plain page in a browser: what a person sees of a session, alone and with others."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from agent import view
from apps import words
from tests.browser.conftest import PATIENCE_MS
from tests.hostile import HOSTILE
from tests.server.agents import HARD
from tests.server.conftest import Server, Start
from tests.server.hoarding import hoarding

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("plain page")]

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def server(start_for_all: Start) -> Server:
    return start_for_all(AGENT="tests.server.asking:agent", FIRSTLIGHT_RATE="100000/minute")


@pytest.fixture
def opened(browser: Browser, server: Server) -> Iterator[Opened]:
    """Opens the page as somebody new, by name; nothing on it may have failed when the test ends."""
    contexts, failures = [], []

    def open_(name: str = "", query: str = "", at: str = "") -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(f"{at or server.url}/{query}")
        if name:
            page.get_by_label(words.YOUR_NAME).fill(name)
            page.get_by_label(words.YOUR_NAME).press("Enter")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []


def ask(page: Page, question: str) -> None:
    page.get_by_label("Ask a question").fill(question)
    page.get_by_label("Ask a question").press("Enter")
    page.wait_for_url("**session=*")


def part(page: Page, name: str) -> Any:
    return page.locator(f"[data-part={name}]").last


def ended(page: Page) -> None:
    expect(part(page, "times")).to_contain_text(view.TOTAL)


def session(page: Page) -> str:
    return re.findall(r"session=([^&]+)", page.url)[0]


def link(server: Server, page: Page, role: str) -> str:
    """The query of a link to the page's session."""
    made = httpx.post(f"{server.url}/v1/sessions/{session(page)}/links", json={"role": role}).json()
    return f"?session={session(page)}&token={made['token']}"


def test_a_question_is_answered_with_steps_sources_artifacts_and_times(opened: Opened) -> None:
    page = opened()
    ask(page, "all")
    ended(page)
    expect(part(page, "state")).to_have_text(words.OUTCOMES["completed"])
    assert HARD.replace("\r\n", "\n") in part(page, "answer").text_content().replace("\r\n", "\n")
    expect(part(page, "steps").locator("li")).to_have_count(2)
    expect(part(page, "sources").locator("li")).to_have_count(2)
    expect(part(page, "artifacts")).to_contain_text("$46.74 billion")
    expect(part(page, "tools").locator("li.done")).to_have_count(1)
    expect(part(page, "notes")).to_contain_text("Only one quarter is known.")
    for name in (view.FIRST_FEEDBACK, view.FIRST_TOKEN, view.TOTAL):
        expect(part(page, "times")).to_contain_text(name)
    card = part(page, "answer").get_by_role("link", name="[1]").get_attribute("href")
    expect(page.locator(f"[id='{card[1:]}']")).to_contain_text("A 10-Q")
    expect(page.locator("#notice")).to_be_empty()


def test_a_reload_shows_every_turn_once_and_goes_on_with_the_one_that_runs(opened: Opened) -> None:
    page = opened()
    ask(page, "all")
    ended(page)
    said = part(page, "answer").inner_text()
    ask(page, "count 60 0.05")
    expect(part(page, "answer")).to_contain_text("10 ")
    page.reload()
    ended(page)
    expect(page.locator("article")).to_have_count(2)
    assert page.locator("[data-part=answer]").first.inner_text() == said
    assert part(page, "answer").inner_text().split() == [str(n) for n in range(60)]
    expect(part(page, "steps").locator("li")).to_have_count(1)


def test_stop_stops_and_what_was_written_stays(opened: Opened) -> None:
    page = opened()
    ask(page, "wait")
    expect(part(page, "answer")).to_have_text("Waiting")
    page.get_by_role("button", name="Stop").click()
    expect(part(page, "state")).to_have_text(f"{words.OUTCOMES['cancelled']} {words.KEPT}")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [("text", "abc", "'abc'"), ("number", "2.5", "2.5"), ("boolean", words.YES, "True"), ("choice", "7", "7")],
)
def test_a_question_of_the_run_is_answered(opened: Opened, kind: str, given: str, said: str) -> None:
    page = opened("Ada")
    ask(page, f"pick {kind}")
    form = page.locator("form.question")
    expect(form).to_contain_text("Which <b>one</b>?")
    expect(part(page, "state")).to_have_text(words.PHASES["waiting_input"])
    if kind in ("text", "number"):
        form.get_by_label(words.YOUR_ANSWER).fill("0")  # neither long nor large enough
        form.get_by_role("button", name=words.ANSWER).click()
        expect(form.locator("output")).to_contain_text("does not answer")
        form.get_by_label(words.YOUR_ANSWER).fill(given)
        form.get_by_role("button", name=words.ANSWER).click()
    else:
        form.get_by_role("button", name=given, exact=True).click()
    ended(page)
    expect(part(page, "answer")).to_have_text(f"You answered: {said}.")
    expect(page.locator(".answered")).to_contain_text(words.ANSWERED_BY.format(name="Ada"))
    expect(form).to_have_count(0)


def test_a_question_that_is_declined_is_no_more_asked(opened: Opened) -> None:
    page = opened()
    ask(page, "pick text")
    page.get_by_role("button", name=words.DECLINE).click()
    ended(page)
    expect(part(page, "answer")).to_have_text("You declined: None.")
    expect(page.locator(".answered")).to_contain_text(words.DECLINED)
    page.reload()
    expect(page.locator(".answered")).to_contain_text(words.DECLINED)


def test_what_others_say_stays_text(opened: Opened) -> None:
    page = opened()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    ask(page, "hostile")
    ended(page)
    assert HOSTILE[0] in part(page, "answer").text_content()
    assert page.locator("main :is(script, img, iframe, svg, style)").count() == 0
    addresses = page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert all(re.match(r"https?://|#", address) for address in addresses)


def test_a_chart_is_said_to_be_one_and_its_data_are_shown(opened: Opened) -> None:
    page = opened()
    ask(page, "chart")
    ended(page)
    expect(part(page, "artifacts")).to_contain_text("A chart (bar), which this page does not draw.")
    expect(part(page, "artifacts").locator("td")).to_have_text(["Q1", "7"])
    expect(part(page, "answer").locator("b")).to_have_text("So")


def test_a_failure_is_said_and_what_was_written_stays(opened: Opened) -> None:
    page = opened()
    ask(page, "fail")
    ended(page)
    expect(part(page, "notes").locator(".bad")).to_have_count(1)
    expect(part(page, "state")).to_have_text(f"{words.OUTCOMES['error']} {words.KEPT}")
    expect(part(page, "answer")).to_have_text("Half an ")


def test_others_see_the_same_run_live_and_who_is_there_and_by_whom_it_was_answered(
    server: Server, opened: Opened
) -> None:
    ada = opened("Ada")
    ask(ada, "pick choice")
    ben, cleo = opened("Ben", f"?session={session(ada)}"), opened("Cleo", link(server, ada, "viewer"))
    expect(ada.locator("#people")).to_have_text(words.ALSO_HERE.format(people="Ben, Cleo (viewer)"))
    expect(cleo.locator("#people")).to_contain_text("Ada")
    for page in (ada, ben):
        expect(page.locator("form.question")).to_be_visible()
    expect(cleo.locator(".answered")).to_contain_text("Which <b>one</b>?")
    expect(cleo.locator("form:visible")).to_have_count(0)
    expect(cleo.get_by_role("button", name="Stop")).to_be_hidden()
    expect(cleo.locator("#notice")).to_have_text(words.VIEWER)
    ben.get_by_role("button", name="AMD").click()
    for page in (ada, ben, cleo):
        ended(page)
        expect(page.locator(".answered")).to_contain_text(f"AMD {words.ANSWERED_BY.format(name='Ben')}")
        expect(page.locator("form.question")).to_have_count(0)
    ask(ada, "all")  # while the others look on
    for page in (ada, ben, cleo):
        expect(page.locator("article")).to_have_count(2)
        ended(page)
    cleo.context.close()
    expect(ada.locator("#people")).to_have_text(words.ALSO_HERE.format(people="Ben"))


def test_an_owner_makes_a_link_by_role(opened: Opened) -> None:
    page = opened()
    expect(page.locator("#share")).to_be_hidden()
    ask(page, "all")
    ended(page)
    page.locator("#share summary").click()
    page.get_by_role("combobox").select_option("editor")
    page.get_by_role("button", name="Make link").click()
    made = page.get_by_label("Link", exact=True)
    expect(made).to_have_value(re.compile("token="))
    other = opened("Dora", "?" + made.input_value().partition("?")[2])
    expect(page.locator("#people")).to_have_text(words.ALSO_HERE.format(people="Dora"))
    ask(other, "chart")
    ended(other)
    expect(other.locator("article")).to_have_count(2)
    expect(other.locator("#share")).to_be_hidden()


def test_with_a_key_the_page_asks_for_it_and_works_with_it(start: Start, opened: Opened) -> None:
    locked = start(FIRSTLIGHT_API_KEY="sesame")
    stranger = opened(at=locked.url)
    stranger.get_by_label("Ask a question").fill("all")
    stranger.get_by_label("Ask a question").press("Enter")
    expect(stranger.locator("#notice")).to_have_text(words.KEY_NEEDED)
    friend = opened(query="?token=sesame", at=locked.url)
    ask(friend, "all")
    ended(friend)
    friend.reload()
    ended(friend)


def test_a_proxy_that_delivers_in_bursts_is_said(server: Server, opened: Opened) -> None:
    with hoarding(server.url) as proxy:
        page = opened(at=proxy.url)
        ask(page, "count 200 0.05")
        expect(page.locator("#notice")).to_have_text(words.BURSTS)
        assert "199 " not in part(page, "answer").text_content(), "it is said while the answer arrives"
        page.get_by_role("button", name="Stop").click()
        expect(part(page, "state")).to_contain_text(words.OUTCOMES["cancelled"])
        again = opened(query=f"?session={session(page)}", at=proxy.url)
        ended(again)
        expect(again.locator("#notice")).to_be_empty()


def test_a_direct_connection_a_reload_and_a_page_that_stood_still_are_no_proxy(opened: Opened) -> None:
    page = opened()
    ask(page, "count 160 0.05")
    expect(part(page, "answer")).to_contain_text("30 ")
    page.reload()
    expect(part(page, "answer")).to_contain_text("50 ")
    page.evaluate("() => { for (const until = performance.now() + 2500; performance.now() < until;); }")
    ended(page)
    expect(page.locator("#notice")).to_be_empty()


EVENT_SOURCE = """url => new Promise(done => {
  const source = new EventSource(url);
  source.onerror = () => source.readyState === 2 && done(2);
})"""
OURS = """async ([base, run]) => {
  const { Firstlight } = await import("/v1/static/firstlight.js");
  let told = () => {}, seqs = [];
  window.lost = new Promise(lost => { told = lost; });
  const onState = state => state === "lost" && told();
  window.read = (async () => {
    for await (const { seq } of new Firstlight(base).follow(run, { onState })) seqs.push(seq);
    return seqs;
  })();
  await window.lost;
}"""


def test_after_a_502_an_event_source_gives_up_and_our_client_goes_on(server: Server, opened: Opened) -> None:
    run = httpx.post(f"{server.url}/v1/runs", json={"question": "count 20"}).json()["run_id"]
    page = opened()
    page.route("**/events", lambda route: route.fulfill(status=502, body="Bad gateway"))
    assert page.evaluate(EVENT_SOURCE, f"/v1/runs/{run}/events") == 2
    page.evaluate(OURS, [server.url, run])
    page.unroute("**/events")
    seqs = page.evaluate("window.read")
    assert seqs == list(range(1, 24)), "a step, 20 tokens, the step done, the end"


def test_the_page_uses_the_words_of_the_other_pages(opened: Opened) -> None:
    said = opened().evaluate("async () => (await import('/v1/static/words.js')).WORDS")
    times = said.pop("TIMES")
    assert said == {name: getattr(words, name) for name in said}
    assert list(times.values()) == [view.FIRST_FEEDBACK, view.FIRST_TOKEN, view.TOTAL, view.WAITED]
    shown = "async all => { const { seconds } = await import('/v1/static/words.js'); return all.map(seconds); }"
    values = [0.1, 4, 40, 994, 996, 1234, 59_940, 59_960, 84_000]
    assert opened().evaluate(shown, values) == [words.seconds(ms) for ms in values]
