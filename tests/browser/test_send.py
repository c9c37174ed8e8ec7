"""What sends a question and what does not: keys, the button, an input method for Chinese or Japanese."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Viewer

BUTTONS = {"streamlit": "[data-testid=stChatInputSubmitButton]", "gradio": "#box .submit-button"}

PRESS = """(box, key) => {
  const event = new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true, ...key });
  box.dispatchEvent(event);
}"""
ENTER = {"keyCode": 13, "which": 13}
COMPOSING = {"keyCode": 229, "which": 229, "isComposing": True}
SAFARI = {"keyCode": 229, "which": 229, "isComposing": False}
"""The Enter that ends a composition, as Safari reports it."""

TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def button(viewer: Viewer) -> Locator:
    return viewer.page.locator(BUTTONS[viewer.front])


def nothing_was_sent(viewer: Viewer) -> None:
    viewer.page.evaluate(TWO_FRAMES)
    expect(viewer.page.locator(".fl-question, .fl-notice")).to_have_count(0)
    assert "session=" not in viewer.page.url


def asked(viewer: Viewer, *questions: str) -> None:
    """These questions and no others were answered, and nothing is left in the box."""
    expect(viewer.page.locator("[data-section=outcome] .fl-times")).to_have_count(len(questions))
    expect(viewer.page.locator(".fl-echo")).to_have_count(0)
    expect(viewer.page.locator(".fl-question")).to_have_text(list(questions))
    expect(viewer.box).to_have_value("")


def test_enter_sends(viewer: Viewer) -> None:
    viewer.box.fill("by key")
    viewer.box.press("Enter")
    asked(viewer, "by key")


def test_a_click_on_the_button_sends(viewer: Viewer) -> None:
    viewer.box.fill("by mouse")
    button(viewer).click()
    asked(viewer, "by mouse")


def test_shift_and_enter_begin_a_new_line(viewer: Viewer) -> None:
    viewer.box.press_sequentially("one")
    viewer.box.press("Shift+Enter")
    viewer.box.press_sequentially("two")
    expect(viewer.box).to_have_value("one\ntwo")
    nothing_was_sent(viewer)
    viewer.box.press("Enter")
    asked(viewer, "one two")


@pytest.mark.parametrize("key", [COMPOSING, SAFARI], ids=["composing", "as Safari reports it"])
def test_an_enter_that_ends_a_composition_does_not_send(viewer: Viewer, key: dict[str, object]) -> None:
    viewer.box.fill("エヌビディア")
    viewer.box.dispatch_event("compositionstart")
    viewer.box.evaluate(PRESS, key)
    nothing_was_sent(viewer)
    expect(viewer.box).to_have_value("エヌビディア")
    viewer.box.dispatch_event("compositionend")
    viewer.box.evaluate(PRESS, ENTER)
    asked(viewer, "エヌビディア")


def test_two_enters_send_once(viewer: Viewer) -> None:
    """Both in one turn of the browser's loop, and then as fast as they can be pressed."""
    viewer.box.fill("first")
    viewer.box.evaluate(f"(box, key) => {{ ({PRESS})(box, key); ({PRESS})(box, key); }}", ENTER)
    asked(viewer, "first")
    viewer.box.fill("second")
    viewer.box.press("Enter")
    viewer.page.keyboard.press("Enter")
    asked(viewer, "first", "second")


@pytest.mark.parametrize("question", ["", "   ", "\n"], ids=["nothing", "blanks", "a line end"])
def test_an_empty_question_is_not_sent(viewer: Viewer, question: str) -> None:
    viewer.box.fill(question)
    viewer.box.press("Enter")
    nothing_was_sent(viewer)
    if button(viewer).is_enabled():
        button(viewer).click()
    nothing_was_sent(viewer)
    viewer.box.fill("something")
    viewer.box.press("Enter")
    asked(viewer, "something")
