"""What a page shows when it is opened again: the place in the conversation, the choices, the sidebar, the counts."""

import re

import pytest
from playwright.sync_api import Locator, expect

from apps import words
from tests.browser.conftest import Server, Viewer, Viewers

GAP = "pane => Math.round(pane.scrollHeight - pane.clientHeight - pane.scrollTop)"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def top_in_pane(viewer: Viewer, part: Locator) -> float:
    pane, box = viewer.pane.bounding_box(), part.bounding_box()
    assert pane is not None
    assert box is not None
    return box["y"] - pane["y"]


def pace(viewer: Viewer) -> Locator:
    boxes = {"streamlit": ".st-key-pace input", "gradio": "#pace input"}
    return viewer.page.locator(boxes[viewer.front])


def answered(viewer: Viewer, *questions: str) -> Viewer:
    for n, question in enumerate(questions, 1):
        viewer.ask(question)
        expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(n)
    return viewer


def test_a_reopened_session_shows_the_end_of_its_last_turn(viewer: Viewer) -> None:
    viewer.page.set_viewport_size({"width": 1280, "height": 1100})  # a whole turn fits
    viewer.open(answered(viewer, "one", "two", "three").session)
    expect(viewer.page.locator(".fl-question").last).to_be_in_viewport()
    expect(viewer.times).to_be_in_viewport()
    assert viewer.pane.evaluate("pane => pane.scrollHeight > 1.5 * pane.clientHeight"), "there is something to scroll"
    assert viewer.pane.evaluate(GAP) <= 2


def test_a_reopened_session_shows_a_long_last_turn_from_its_question_on(
    viewer: Viewer, server: Server, front: str
) -> None:
    name = f"reopened-{front}"
    server.allow(name)
    viewer.open(answered(viewer, "one", f"lines {name}").session)
    asked = viewer.page.locator(".fl-question").last
    expect(asked).to_be_in_viewport()
    assert 0 <= top_in_pane(viewer, asked) < 60
    viewer.pane.hover()
    viewer.page.mouse.wheel(0, -10_000)
    expect(viewer.page.locator(".fl-question").first).to_be_in_viewport()
    viewer.tab(words.TOOL_LOG)  # draws, and leaves the reader where they are
    viewer.page.evaluate(TWO_FRAMES)
    assert viewer.pane.evaluate("pane => pane.scrollTop") == 0
    viewer.ask("and now")
    expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(3)
    assert viewer.pane.evaluate(GAP) <= 2, "a new question is followed"


def test_the_pace_is_kept_over_a_reload_a_new_session_and_the_other_page(viewers: Viewers, front: str) -> None:
    viewer = viewers(front).open()
    pace(viewer).click()
    viewer.page.get_by_role("option", name=words.PACES["local-cpu"]).click()
    if front == "streamlit":  # its server is told, and tells the browser
        viewer.page.wait_for_function("document.cookie.includes('_pace=local-cpu')")
    for page in (front, "gradio", "streamlit"):
        viewer.front = page
        viewer.open()
        expect(pace(viewer)).to_have_value(re.compile(words.PACES["local-cpu"]))


@pytest.mark.parametrize(("width", "is_open"), [(1440, True), (390, False)])
def test_the_sidebar_begins_open_where_there_is_room(viewers: Viewers, front: str, width: int, is_open: bool) -> None:
    viewer = viewers(front, width=width).open()
    viewer.page.wait_for_function(
        """open => { const bar = document.querySelector(".sidebar, [data-testid=stSidebar]").getBoundingClientRect();
                     return (bar.left >= 0 && bar.right > 0) === open; }""",
        arg=is_open,
    )


def test_the_tabs_say_how_much_they_hold_while_it_runs_and_afterwards(
    viewer: Viewer, server: Server, front: str
) -> None:
    name = f"tabs-{front}"
    server.allow(name, 100)
    viewer.ask(f"gated {name}")
    tab = viewer.page.get_by_role("tab", name=words.SOURCES)
    expect(tab).to_have_attribute("data-count", "2")
    server.allow(name)
    expect(viewer.times).to_be_visible()
    for _ in range(2):
        for label, n in {words.SOURCES: "2", words.ARTIFACTS: "3", words.TOOL_LOG: "1"}.items():
            expect(viewer.page.get_by_role("tab", name=label)).to_have_attribute("data-count", n)
        viewer.open(viewer.session)


def test_on_a_narrow_screen_a_button_leads_to_the_panels_and_back(viewers: Viewers, front: str) -> None:
    viewer = viewers(front, width=390).open().ask("where is it")
    expect(viewer.times).to_be_visible()
    jumps, tabs = viewer.page.locator(".fl-jumps"), viewer.page.get_by_role("tablist")
    for part, there in ((words.SOURCES, tabs), (words.CONVERSATION, viewer.pane), (words.PROGRESS, tabs)):
        jumps.get_by_role("button", name=part).click()
        expect(there).to_be_in_viewport()
        expect(jumps).to_be_in_viewport()
        expect(jumps.locator("[aria-current]")).to_have_text(part)


def test_what_was_stopped_before_anything_was_written_says_so(viewer: Viewer, server: Server, front: str) -> None:
    name = f"early-{front}"
    server.allow(name, 3)
    viewer.ask(f"gated {name}")
    expect(viewer.page.locator(".fl-step").first).to_be_visible()
    viewer.stop.click()
    expect(viewer.page.locator("p.fl-outcome")).to_have_text(f"{words.OUTCOMES['cancelled']} {words.NOTHING_YET}")
    server.allow(name)


def test_the_latency_page_is_reached_from_the_page_and_from_the_first_one(viewer: Viewer, front: str) -> None:
    page = answered(viewer, f"how long in {front}").page
    page.get_by_role("link", name=words.LATENCY).click()
    expect(page.get_by_text(words.LONGEST_SILENCE)).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_value(re.compile(f"how long in {front}"))
    for name, there in (
        (words.LATENCY, page.get_by_role("heading", name=words.LATENCY, exact=True)),
        (words.ASK_IN_STREAMLIT, page.locator("[data-testid=stChatInput] textarea")),
        (words.ASK_IN_GRADIO, page.locator("#box textarea")),
    ):
        page.goto(f"{viewer.server.url}/")
        page.get_by_role("link", name=name).click()
        expect(there).to_be_visible()
