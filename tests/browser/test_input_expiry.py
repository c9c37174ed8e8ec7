"""A question to the user that another one answers, or nobody."""

import re

from playwright.sync_api import expect

from apps import words
from tests.browser.conftest import Server, Viewer, Viewers


def test_a_question_that_expires_goes_away_is_said_and_the_run_goes_on(
    viewer: Viewer, server: Server, front: str
) -> None:
    name = f"expiring-{front}"
    page = viewer.ask(f"expiring {name}").page
    form = page.locator(".fl-ask")
    expect(form).to_contain_text("Is <b>anybody</b> there?")
    expect(form.locator(".fl-left")).to_have_text(re.compile(r"0:0[1-4]"))
    form.get_by_label(words.YOUR_ANSWER).fill("half an ans")
    expect(form).to_have_count(0)
    said = page.get_by_text(words.UNANSWERED.format(question="Is <b>anybody</b> there?"))
    expect(said).to_have_count(1)
    expect(page.locator(".fl-step b")).to_have_text("Going on")
    expect(viewer.stop).to_be_visible()
    server.allow(name)
    expect(viewer.times).to_be_visible()
    expect(viewer.answer).to_have_text("You expired. That is all.")
    viewer.open(viewer.session)
    expect(viewer.answer).to_have_text("You expired. That is all.")
    expect(said).to_have_count(1)
    expect(form).to_have_count(0)


def test_a_question_that_was_open_at_a_stop_is_not_called_unanswered(viewer: Viewer, front: str) -> None:
    page = viewer.ask(f"asking stopped-{front}").page
    expect(page.locator(".fl-ask")).to_be_visible()
    viewer.stop.click()
    for _ in range(2):
        expect(page.get_by_text(words.OUTCOMES["cancelled"])).to_be_visible()
        expect(page.locator(".fl-ask, .fl-warning")).to_have_count(0)
        viewer.open(viewer.session)


def test_a_question_that_was_answered_in_another_browser_goes_away(
    viewers: Viewers, viewer: Viewer, server: Server, front: str
) -> None:
    name = f"asking-{front}"
    expect(viewer.ask(f"asking {name}").page.locator(".fl-ask")).to_be_visible()
    other = viewers({"streamlit": "gradio", "gradio": "streamlit"}[front]).open(viewer.session)
    field = other.page.locator(".fl-ask").get_by_label(words.YOUR_ANSWER)
    field.fill("yes, I am")
    field.press("Enter")
    for each in (viewer, other):
        expect(each.page.locator(".fl-ask")).to_have_count(0)
        expect(each.page.locator(".fl-step b")).to_have_text("Going on")
        expect(each.stop).to_be_visible()
    server.allow(name)
    for each in (viewer, other):
        expect(each.times).to_be_visible()
        expect(each.answer).to_have_text("You answered. That is all.")
        expect(each.page.locator(".fl-ask")).to_have_count(0)
