"""What is Gradio's own: names of its buttons, charts in tabs that are not open, sessions that others go on with."""

import re

import pytest
from playwright.sync_api import Route, expect

from agent.events import Artifact
from apps import words
from tests.browser.agents import recorded
from tests.browser.conftest import Server, Viewer, Viewers

GAPS = """() => { window.gaps = 0;
  const asked = () => [...document.querySelectorAll(".fl-question")].some(one => one.textContent === "early");
  const look = () => { gaps += !asked(); requestAnimationFrame(look); };
  look(); }"""
"""Counts the frames in which the question is not on the screen."""


@pytest.fixture
def front() -> str:
    return "gradio"


@pytest.mark.parametrize("again", [False, True])
def test_a_question_that_is_sent_before_the_page_is_drawn_stays(viewers: Viewers, again: bool) -> None:
    """The page's first call is held back until the question was sent."""
    session = ""
    if again:
        first = viewers("gradio").open().ask("before")
        expect(first.times).to_be_visible()
        session = first.session
    viewer, held = viewers("gradio"), list[Route]()

    def hold(route: Route) -> None:
        call = route.request.post_data_json or {}
        if not held and len(call["data"]) == 2:
            held.append(route)
        else:
            route.continue_()

    viewer.page.route("**/gradio_api/run/predict*", hold)
    viewer.page.goto(f"{viewer.server.url}/gradio/" + (f"?session={session}" if session else ""))
    viewer.ask("early")
    asked = viewer.page.locator(".fl-question").last
    expect(asked).to_have_text("early")
    viewer.page.evaluate(GAPS)
    viewer.page.wait_for_timeout(500)  # for the question to overtake the first call, if it may
    held[0].continue_()
    expect(viewer.page.locator(".fl-echo")).to_have_count(0)
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".fl-turn")).to_have_count(2 if again else 1)
    expect(asked).to_have_text("early")
    assert viewer.page.evaluate("gaps") <= 2


def test_the_round_buttons_have_names(viewer: Viewer, server: Server) -> None:
    expect(viewer.page.get_by_role("button", name=words.SEND)).to_be_visible()
    server.allow("names", 30)
    viewer.ask("gated names")
    expect(viewer.page.get_by_role("button", name=words.STOP)).to_be_visible()
    server.allow("names")
    expect(viewer.page.get_by_role("button", name=words.SEND)).to_be_visible()


def test_a_chart_that_was_drawn_in_a_closed_tab_has_its_width(viewer: Viewer) -> None:
    viewer.ask("Is customer concentration at NVIDIA rising?")
    expect(viewer.times).to_be_visible()
    viewer.tab(words.ARTIFACTS)
    chart = viewer.page.locator("canvas.marks:visible, svg.marks:visible").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None and box["width"] > 300


def test_the_artifacts_stand_in_the_order_in_which_they_were_made(viewer: Viewer) -> None:
    """The charts are Gradio's, the other artifacts ours."""
    viewer.ask("Is customer concentration at NVIDIA rising?")
    expect(viewer.times).to_be_visible()
    viewer.tab(words.ARTIFACTS)
    kinds = {"value": ".fl-value", "table": ".fl-card.fl-table", "chart": ".altair"}
    made = dict.fromkeys(event.kind for event in recorded() if isinstance(event, Artifact))
    viewer.page.wait_for_function(
        """parts => { const tab = document.querySelector("#artifacts");
                      const at = parts.map(part => tab.querySelector(part)?.getBoundingClientRect());
                      return at.every((box, n) => box?.height && !(box.top < at[n - 1]?.bottom)); }""",
        arg=[kinds[kind] for kind in made],
    )


def test_a_marker_of_an_older_turn_unfolds_its_card(viewer: Viewer) -> None:
    viewer.ask("Is customer concentration at NVIDIA rising?")
    expect(viewer.times).to_be_visible()
    viewer.ask("And again?")
    expect(viewer.page.locator(".fl-turn")).to_have_count(2)
    expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(2)
    viewer.page.locator("[data-section=answer]").first.locator("a.cite").first.click()
    card = viewer.page.locator(".fl-older .fl-source").first
    expect(card).to_be_visible()
    expect(card).to_be_focused()


def test_a_question_from_another_browser_appears_without_a_reload(viewers: Viewers, viewer: Viewer) -> None:
    viewer.ask("Is customer concentration at NVIDIA rising?")
    expect(viewer.times).to_be_visible()
    other = viewers("gradio").open(viewer.session)
    expect(other.times).to_be_visible()
    other.ask("And from here?")
    expect(viewer.page.locator(".fl-question")).to_have_text([re.compile("NVIDIA"), "And from here?"])
    expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(2)


def test_an_unknown_session_is_said_and_a_new_one_begins(viewer: Viewer) -> None:
    viewer.open("s_nothing")
    expect(viewer.page.locator(".fl-notice")).to_contain_text("no session 's_nothing'")
    expect(viewer.page.locator(".fl-welcome")).to_be_visible()


def test_a_style_that_comes_late_does_not_move_a_reopened_session(viewers: Viewers, server: Server) -> None:
    server.allow("late-style")
    first = viewers("gradio").open()
    for n, question in enumerate(("before", "lines late-style"), 1):
        first.ask(question)
        expect(first.page.locator("[data-section=outcome] .fl-times")).to_have_count(n)
    viewer, held = viewers("gradio"), list[Route]()
    viewer.page.route("**/gradio.css", lambda route: held.append(route))
    viewer.page.goto(f"{server.url}/gradio/?session={first.session}", wait_until="commit")
    last = viewer.page.locator(".fl-question").last
    expect(last).to_be_visible()
    viewer.page.wait_for_function(
        """async () => (await import("/v1/static/scroll.js")).placeIn(document.querySelector("[data-stick]")).opening"""
    )
    held[0].continue_()
    viewer.page.wait_for_function("document.querySelector('[data-stick]').clientHeight < innerHeight")
    expect(last).to_be_in_viewport()
