"""What is Gradio's own: names of its buttons, charts in tabs that are not open, sessions that others go on with."""

import re

import pytest
from playwright.sync_api import expect

from apps import words
from tests.browser.conftest import Server, Viewer, Viewers


@pytest.fixture
def front() -> str:
    return "gradio"


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
