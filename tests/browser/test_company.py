"""Several people in one session: who is there, who answered, who only watches; a proxy that holds answers back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Page, expect

from apps import words
from apps.visitors import Visitor
from tests.browser.conftest import Server, Viewer, Viewers
from tests.server.hoarding import hoarding


def called(viewer: Viewer, name: str) -> Viewer:
    """The person gives their name, which they can while somebody else is there."""
    field = viewer.page.get_by_label(words.YOUR_NAME)
    field.fill(name)
    field.press("Tab")
    return viewer


def others(viewer: Viewer) -> Page:
    return viewer.page.locator(".fl-people")


def link(server: Server, session: str, role: str) -> str:
    made = httpx.post(f"{server.url}/v1/sessions/{session}/links", json={"role": role}).json()
    return f"{session}&token={made['token']}"


def also(people: str) -> str:
    return words.ALSO_HERE.format(people=people)


def test_who_else_is_here_and_who_answered_is_seen_in_both_pages(viewers: Viewers) -> None:
    ada, ben = viewers("gradio").open(), viewers("streamlit")
    expect(others(ada)).to_be_hidden()
    ada.ask("ask me choice")
    expect(ada.page.locator(".fl-ask")).to_be_visible()
    ben.open(ada.session)
    expect(others(ada)).to_have_text(also(words.GUEST))
    called(ada, "Ada")
    expect(others(ben)).to_have_text(also("Ada"))
    called(ben, "Ben <b>")
    expect(others(ada)).to_have_text(also("Ben <b>"))
    ben.page.locator(".fl-ask").get_by_role("button", name="AMD").click()
    for viewer in (ada, ben):
        expect(viewer.times).to_be_visible()
        expect(viewer.page.locator(".fl-ask")).to_have_count(0)
        expect(viewer.page.locator(".fl-reply")).to_have_text(
            f"Which <b>one</b>? AMD {words.ANSWERED_BY.format(name='Ben <b>')}"
        )
    ben.page.close()
    expect(others(ada)).to_be_hidden()


def test_a_viewer_sees_the_answer_and_can_neither_ask_nor_answer_nor_stop(viewers: Viewers, front: str) -> None:
    ada = viewers(front).open()
    ada.ask("ask me confirm")
    expect(ada.page.locator(".fl-ask")).to_be_visible()
    cleo = viewers(front)
    cleo.page.goto(f"{cleo.server.url}/{front}/?session={link(cleo.server, ada.session, 'viewer')}")
    expect(cleo.page.locator(".fl-ask")).to_contain_text("Which <b>one</b>?")
    expect(cleo.page.get_by_text(words.VIEWER)).to_be_visible()
    expect(cleo.page.locator(".fl-ask button:visible")).to_have_count(0)
    expect(cleo.page.get_by_role("button", name=words.STOP, exact=True)).to_have_count(0)
    expect(cleo.box).to_have_count(0)
    expect(cleo.page.get_by_text(words.NEW_SESSION)).to_have_count(0)
    expect(others(ada)).to_have_text(also(f"{words.GUEST} (viewer)"))
    ada.page.locator(".fl-ask").get_by_role("button", name=words.YES).click()
    expect(cleo.times).to_be_visible()
    expect(cleo.page.locator(".fl-reply")).to_contain_text(words.YES)


def test_an_owner_copies_a_link_for_a_viewer(viewers: Viewers, front: str) -> None:
    ada = viewers(front).open()
    ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.ask("a recorded one").times.wait_for()
    ada.page.get_by_role("button", name=words.COPY_FOR_VIEWER).click()
    expect(ada.page.locator("[data-share].is-copied")).to_be_visible()
    copied = ada.page.evaluate("navigator.clipboard.readText()")
    cleo = viewers(front)
    cleo.page.goto(copied)
    expect(cleo.page.get_by_text(words.VIEWER)).to_be_visible()
    expect(cleo.times).to_be_visible()


@contextmanager
def talking(server: Server, gate: str, events: int, seconds: float) -> Iterator[None]:
    """Lets a run say so many events, at an even pace."""
    ended = threading.Event()

    def allow() -> None:
        for n in range(events):
            if ended.wait(seconds / events):
                break
            server.allow(gate, n)
        server.allow(gate)

    thread = threading.Thread(target=allow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("held", [True, False], ids=["through a proxy", "directly"])
def test_an_answer_that_a_proxy_holds_back_is_said_to_be(viewers: Viewers, front: str, held: bool) -> None:
    gate = f"{front} {held}".replace(" ", "-")
    with hoarding(viewers.server.url) as proxy:
        viewer = viewers(front)
        if held:
            viewer.server = Server(proxy.url, viewers.server.folder)
        viewer.open()
        warning = viewer.page.get_by_text(words.BURSTS)
        with talking(viewers.server, gate, 80, 8):
            viewer.ask(f"lines {gate}")
            if held:
                expect(warning).to_be_visible()
            else:
                expect(viewer.answer).to_contain_text("Line 20 of the answer.")
                viewer.page.reload()
                expect(viewer.answer).to_contain_text("Line 70 of the answer.")
        expect(viewer.times).to_be_visible()
        if not held:
            expect(warning).to_be_hidden()


def test_links_of_a_person_keep_their_own_token_and_no_more() -> None:
    assert Visitor().address() == "?"
    assert Visitor(token="k").address("s 1", "/gradio/?session=other") == "/gradio/?session=s+1&token=k"
