"""What only the Streamlit page has: its widgets beside a running answer, its charts, its Latency page."""

import pytest
from playwright.sync_api import expect

from apps import words
from tests.browser.agents import ABOUT, said_after
from tests.browser.conftest import Server, Viewer, Viewers


@pytest.fixture
def viewer(viewers: Viewers) -> Viewer:
    return viewers("streamlit").open()


def test_a_widget_that_is_used_while_it_streams_does_not_hurt_the_run(viewer: Viewer, server: Server) -> None:
    server.allow("widget", 60)
    viewer.ask("gated widget")
    expect(viewer.answer).to_contain_text("In the second quarter")
    viewer.page.evaluate("document.querySelector('[data-section=answer]').kept = true")
    viewer.page.get_by_role("combobox", name=words.PACE).click()
    viewer.page.get_by_role("option", name=words.PACES["slow-agent"]).click()
    viewer.tab(words.ARTIFACTS)
    server.allow("widget", 120)
    expect(viewer.answer).to_contain_text(said_after(120))
    assert viewer.page.evaluate("document.querySelector('[data-section=answer]').kept"), "it was not drawn anew"
    server.allow("widget")
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".fl-turn")).to_have_count(1)


def test_a_starter_question_is_asked_with_a_click(viewer: Viewer) -> None:
    viewer.page.locator(".st-key-starters").get_by_role("button", name=ABOUT.starters[0], exact=True).click()
    expect(viewer.page.locator(".fl-question")).to_have_text(ABOUT.starters[0])
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".st-key-starters")).to_have_count(0)


def test_a_chart_is_there_before_the_answer_has_ended(viewer: Viewer, server: Server) -> None:
    server.allow("chart", 40)
    viewer.ask("gated chart")
    viewer.tab(words.ARTIFACTS)
    expect(viewer.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)")).to_be_visible()
    expect(viewer.stop).to_be_visible()
    server.allow("chart")
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)")).to_be_visible()


def test_the_end_of_a_run_does_not_move_the_answer(viewer: Viewer, server: Server) -> None:
    """The running turn is replaced by the finished one in the same place, in one frame."""
    server.allow("end", 150)
    viewer.ask("gated end")
    expect(viewer.answer).to_contain_text(said_after(150))
    viewer.page.evaluate(
        """() => { window.seen = new Set();
             const look = () => { const texts = document.querySelectorAll(".fl-turn strong");
               seen.add(texts.length + " at " + Math.round(texts[0]?.getBoundingClientRect().left));
               requestAnimationFrame(look); };
             look(); }"""
    )
    before = viewer.page.evaluate("[...seen]")
    server.allow("end")
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".fl-turn.fl-live")).to_have_count(0)
    assert viewer.page.evaluate("[...seen]") == before


def test_a_question_of_another_viewer_appears_in_an_open_page(viewers: Viewers, viewer: Viewer, server: Server) -> None:
    viewer.ask("first")
    expect(viewer.times).to_be_visible()
    other = viewers("streamlit").open(viewer.session)
    server.allow("other", 60)
    other.ask("gated other")
    expect(viewer.page.locator(".fl-turn")).to_have_count(2)
    expect(viewer.answer).to_contain_text("In the second quarter")
    server.allow("other")
    expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(2)


def test_the_latency_page_shows_the_run_and_leads_back_to_the_session(viewer: Viewer) -> None:
    viewer.ask("how long did it take")
    expect(viewer.times).to_be_visible()
    session = viewer.session
    viewer.page.get_by_role("link", name="Latency").click()
    expect(viewer.page.get_by_text("longest silence")).to_be_visible()
    expect(viewer.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)")).to_be_visible()
    viewer.page.get_by_role("link", name="Ask").click()
    expect(viewer.answer).to_be_visible()
    assert viewer.session == session
