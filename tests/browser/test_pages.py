"""What both front ends promise, from the same recording: each test runs on the one and on the other."""

import re

import pytest
from playwright.sync_api import expect

from apps import words
from tests.browser.agents import recorded, said_after
from tests.browser.conftest import Server, Viewer, Viewers
from tests.hostile import HOSTILE, MARKS

EVENTS = recorded()
AT_THE_END = """() => { const pane = document.querySelector("[data-stick]");
  return pane.scrollHeight - pane.clientHeight - pane.scrollTop <= 2; }"""
"""Not at once: the wheel's smooth movement may put the pane back for a frame."""
FOLLOWS = """async wanted => (await import("/v1/static/scroll.js"))
  .placeIn(document.querySelector("[data-stick]")).follows === wanted"""
QUESTION = "Is customer concentration at NVIDIA rising?"


def test_a_question_shows_steps_text_sources_artifacts_tools_warnings_and_times(viewer: Viewer) -> None:
    page = viewer.ask(QUESTION).page
    expect(viewer.times).to_contain_text(re.compile(r"first feedback.*first token.*total"))
    expect(viewer.times).to_contain_text("simulated pace: hosted")
    expect(page.locator(".fl-question").last).to_have_text(QUESTION)
    labels = ["Reading the question", "Searching 124 briefs", "Computing", "Comparing", "Writing"]
    expect(page.locator(".fl-step.is-done b")).to_contain_text(labels)
    expect(viewer.answer.locator("strong").first).to_have_text(re.compile("the largest customer has grown"))
    expect(viewer.answer.locator("td").first).to_have_text("Q2 FY2025")
    expect(page.locator(".fl-source h4")).to_contain_text(["quarter ended July 2025", "quarter ended July 2024"])
    expect(page.locator(".fl-warning")).to_contain_text("a lower bound")
    viewer.tab(words.ARTIFACTS)
    expect(page.locator(".fl-figure:visible")).to_have_text("785")
    expect(page.locator(".fl-formula:visible")).to_have_text("23² + 16²")
    expect(page.locator("canvas.marks:visible, svg.marks:visible").first).to_be_visible()
    expect(page.get_by_text("Direct customers above 10 % of revenue").first).to_be_visible()
    viewer.tab(words.TOOL_LOG)
    expect(page.locator(".fl-tool code:visible").first).to_have_text("concentration")


def test_a_marker_leads_to_its_card(viewer: Viewer) -> None:
    viewer.ask(QUESTION)
    expect(viewer.times).to_be_visible()
    viewer.tab(words.TOOL_LOG)
    viewer.answer.locator("a.cite", has_text="[2]").first.click()
    card = viewer.page.locator(".fl-source").nth(1)
    expect(card).to_be_visible()
    expect(card).to_be_focused()


def test_stop_ends_the_run_and_keeps_what_was_written(viewer: Viewer, server: Server, front: str) -> None:
    name = f"stop-{front}"
    server.allow(name, 60)
    viewer.ask(f"gated {name}")
    expect(viewer.answer).to_contain_text(said_after(60))
    viewer.stop.click()
    expect(viewer.page.get_by_text(words.OUTCOMES["cancelled"])).to_be_visible()
    server.allow(name)
    written = viewer.answer.inner_text()
    viewer.open(viewer.session)
    expect(viewer.page.get_by_text(words.OUTCOMES["cancelled"])).to_be_visible()
    assert viewer.answer.inner_text() == written


@pytest.mark.parametrize("percent", [10, 50, 90])
def test_a_reload_in_the_middle_goes_on_and_shows_the_run_once(
    viewer: Viewer, server: Server, front: str, percent: int
) -> None:
    name, events = f"reload-{front}-{percent}", len(EVENTS) * percent // 100
    server.allow(name, events)
    viewer.ask(f"gated {name}")
    expect(viewer.page.locator(".fl-step").first).to_be_visible()
    session = viewer.session
    viewer.page.reload()
    expect(viewer.page.locator(".fl-step").first).to_be_visible()
    if percent > 10:
        expect(viewer.answer).to_contain_text(said_after(events))
    server.allow(name)
    expect(viewer.times).to_be_visible()
    assert viewer.session == session
    expect(viewer.page.locator(".fl-turn")).to_have_count(1)
    expect(viewer.page.locator(".fl-step")).to_have_count(5)
    expect(viewer.page.locator(".fl-source")).to_have_count(2)
    expect(viewer.answer).to_contain_text("($ amounts are not given).")


def test_a_second_viewer_sees_the_same_run_live(viewers: Viewers, viewer: Viewer, server: Server, front: str) -> None:
    other = {"streamlit": "gradio", "gradio": "streamlit"}[front]
    name = f"second-{front}"
    server.allow(name, 50)
    viewer.ask(f"gated {name}")
    expect(viewer.answer).to_contain_text(said_after(50))
    watching = [viewers(front).open(viewer.session), viewers(other).open(viewer.session)]
    for each in watching:
        expect(each.answer).to_contain_text(said_after(50))
    server.allow(name, 100)
    for each in watching:
        expect(each.answer).to_contain_text(said_after(100))
    server.allow(name)
    texts = set()
    for each in [viewer, *watching]:
        expect(each.times).to_be_visible()
        texts.add(re.sub(r"\s+", " ", each.answer.inner_text()))
    assert len(texts) == 1


def test_closing_the_page_does_not_stop_the_run(viewers: Viewers, server: Server, front: str) -> None:
    name = f"close-{front}"
    server.allow(name, 40)
    first = viewers(front).open().ask(f"gated {name}")
    expect(first.page.locator(".fl-step").first).to_be_visible()
    session = first.session
    first.page.close()
    server.allow(name)
    again = viewers(front).open(session)
    expect(again.times).to_be_visible()
    expect(again.page.get_by_text(words.OUTCOMES["cancelled"])).to_have_count(0)


def test_a_second_question_while_it_answers_is_refused_and_harms_nothing(
    viewers: Viewers, viewer: Viewer, server: Server, front: str
) -> None:
    name = f"busy-{front}"
    server.allow(name, 40)
    stale = viewers(front).open()
    viewer.ask(f"gated {name}")
    expect(viewer.page.locator(".fl-step").first).to_be_visible()
    stale.open(viewer.session).ask("and another one")
    expect(stale.page.get_by_text("This session is still answering")).to_be_visible()
    expect(stale.box).to_have_value("and another one")
    expect(stale.box).to_be_in_viewport(ratio=1)
    expect(stale.stop).to_be_in_viewport(ratio=1)
    server.allow(name)
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".fl-turn")).to_have_count(1)


def test_the_view_stays_where_the_reader_scrolled_and_follows_again_at_the_end(
    viewer: Viewer, server: Server, front: str
) -> None:
    name = f"scroll-{front}"
    server.allow(name, 100)
    viewer.ask(f"lines {name}")
    expect(viewer.answer).to_contain_text("Line 98 of")
    viewer.page.wait_for_function(AT_THE_END)
    viewer.pane.hover()
    viewer.page.mouse.wheel(0, -600)
    viewer.page.wait_for_function(FOLLOWS, arg=False)
    viewer.page.wait_for_timeout(300)  # the wheel's own smooth movement
    before = viewer.pane.evaluate("pane => pane.scrollTop")
    server.allow(name, 200)
    expect(viewer.answer).to_contain_text("Line 198 of")
    assert viewer.pane.evaluate("pane => pane.scrollTop") == before
    viewer.page.mouse.wheel(0, 100_000)
    viewer.page.wait_for_function(FOLLOWS, arg=True)
    server.allow(name, 300)
    expect(viewer.answer).to_contain_text("Line 298 of")
    viewer.page.wait_for_function(AT_THE_END)


def test_hostile_text_is_shown_as_text(viewer: Viewer) -> None:
    viewer.ask("hostile " + HOSTILE[1] + HOSTILE[0])
    expect(viewer.answer).to_contain_text("The end of it.")
    for tab in (words.SOURCES, words.ARTIFACTS, words.TOOL_LOG):
        viewer.tab(tab)
        assert viewer.page.evaluate(MARKS) == []
    expect(viewer.times).to_be_visible()
    for tab in (words.ARTIFACTS, words.SOURCES):
        viewer.tab(tab)
        assert viewer.page.evaluate(MARKS) == []
    expect(viewer.page.locator(".fl-question").last).to_contain_text(HOSTILE[0])
    expect(viewer.answer).to_contain_text(HOSTILE[0])
    expect(viewer.answer).to_contain_text("(+$41 M) and (+$28 M), $x^2$")
    expect(viewer.page.locator(".fl-source h4").first).to_contain_text(HOSTILE[0])
    expect(viewer.page.locator(".fl-step b").first).to_contain_text(HOSTILE[0])
    viewer.open(viewer.session)
    expect(viewer.answer).to_contain_text("The end of it.")
    assert viewer.page.evaluate(MARKS) == []


def test_the_first_feedback_is_painted_before_the_server_can_answer(viewer: Viewer) -> None:
    """The echo stands in the page within two frames of the key, and the question in it is the one asked."""
    expect(viewer.pane).to_be_visible()  # the page's script is there
    viewer.page.evaluate(
        """() => { window.painted = new Promise(done => document.addEventListener("keydown", event => {
             if (event.key !== "Enter") return;
             let frames = 0;
             const look = () => document.querySelector(".fl-echo .fl-question") || frames > 60
               ? done(frames) : (frames += 1, requestAnimationFrame(look));
             requestAnimationFrame(look);
           }, true)); }"""
    )
    viewer.ask(QUESTION)
    assert viewer.page.evaluate("window.painted") <= 2
    expect(viewer.times).to_be_visible()


def test_a_keyboard_is_enough(viewer: Viewer, server: Server, front: str) -> None:
    name = f"keys-{front}"
    server.allow(name, 40)
    page = viewer.page
    press_tab_until(viewer, "el => el.tagName === 'TEXTAREA'")
    page.keyboard.type(f"gated {name}")
    page.keyboard.press("Enter")
    expect(page.locator(".fl-step").first).to_be_visible()
    expect(viewer.stop).to_be_visible()
    press_tab_until(viewer, "el => el.textContent.trim() === 'Stop' || el.ariaLabel === 'Stop'")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words.OUTCOMES["cancelled"])).to_be_visible()
    server.allow(name)


def press_tab_until(viewer: Viewer, there: str) -> None:
    for _ in range(80):
        viewer.page.keyboard.press("Tab")
        if viewer.page.evaluate(f"({there})(document.activeElement)"):
            return
    raise AssertionError(f"80 presses of Tab did not lead to {there}")


def test_a_question_to_the_user_is_answered_with_words(viewer: Viewer) -> None:
    form = viewer.ask("ask me words").page.locator(".fl-ask")
    expect(form).to_contain_text("Which <b>one</b>?")
    expect(form).to_contain_text(re.compile(r"Time left: (10:00|9:\d\d)"))
    form.get_by_label(words.YOUR_ANSWER).fill("no")
    form.get_by_role("button", name=words.ANSWER).click()
    expect(form.get_by_role("alert")).to_contain_text("'no' is too short")
    viewer.said = [line for line in viewer.said if "409" not in line]  # Chromium reports the refusal
    form.get_by_label(words.YOUR_ANSWER).fill("both of them")
    form.get_by_label(words.YOUR_ANSWER).press("Enter")
    expect(viewer.answer).to_have_text("You answered: 'both of them'.")
    expect(form).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "button", "said"),
    [
        ("choice", "AMD", "You answered: 'AMD'."),
        ("confirm", words.NO, "You answered: False."),
        ("choice", words.DECLINE, "You declined: None."),
    ],
)
def test_a_question_to_the_user_is_asked_once_also_after_a_reload(
    viewer: Viewer, kind: str, button: str, said: str
) -> None:
    form = viewer.ask(f"ask me {kind}").page.locator(".fl-ask")
    expect(form).to_be_visible()
    viewer.open(viewer.session)
    expect(form).to_have_count(1)
    form.get_by_role("button", name=button, exact=True).click()
    expect(viewer.answer).to_have_text(said)
    expect(form).to_have_count(0)
    viewer.open(viewer.session)
    expect(viewer.answer).to_have_text(said)
    expect(form).to_have_count(0)


def test_390_pixels_are_wide_enough(viewers: Viewers, front: str) -> None:
    viewer = viewers(front, width=390).open().ask(QUESTION)
    expect(viewer.times).to_be_visible()
    assert viewer.page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in (viewer.box, viewer.answer, viewer.page.get_by_role("tab", name=words.SOURCES)):
        part.scroll_into_view_if_needed()
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_it_is_dark_where_the_system_is_dark(viewers: Viewers, front: str) -> None:
    viewer = viewers(front, dark=True).open().ask(QUESTION)
    expect(viewer.times).to_be_visible()
    expect(viewer.page.locator(".fl-live")).to_have_count(0)
    colours = viewer.answer.locator("p").first.evaluate(
        """p => { const numbers = colour => colour.match(/[\\d.]+/g).map(Number), sum = c => c[0] + c[1] + c[2];
                  const ground = box => numbers(getComputedStyle(box).backgroundColor);
                  let box = p;
                  while (ground(box)[3] === 0) box = box.parentElement;
                  return [sum(numbers(getComputedStyle(p).color)), sum(ground(box))]; }"""
    )
    assert colours[0] > 500 > 200 > colours[1]


def test_an_earlier_session_is_opened_from_the_list(viewers: Viewers, front: str) -> None:
    viewer = viewers(front).open().ask(QUESTION)
    expect(viewer.times).to_be_visible()
    session = viewer.session
    viewer.open()
    expect(viewer.page.locator(".fl-turn")).to_have_count(0)
    viewer.choose_session(QUESTION)
    expect(viewer.times).to_be_visible()
    assert viewer.session == session
