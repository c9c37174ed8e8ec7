"""Text of others is shown as text, whatever it holds, and quickly."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import Artifact, Citation, Error, Input, Tool, Warning
from agent.view import Step
from apps import artifacts, cards, markup
from apps.answer import Answer, blocks_of
from tests.hostile import HOSTILE

TAGS = """p br em strong s code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td a
    div span small b i time article header details summary dl dt dd form input button output h4 h5"""
ATTRIBUTES = """class href target rel aria-label role id tabindex title name value type step required scope
    data-since data-run data-input data-chart data-version data-section"""
RUN = "r_1"


class _Reader(HTMLParser):
    """Collects what a browser would make of some HTML: elements, and the text in them."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.text = ""
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag not in ("br", "hr", "input")
        if tag not in TAGS.split():
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.split():
                self.faults.append(f"{tag} {name}")
            if name == "href" and not (value or "").startswith(("http://", "https://", f"#src-{RUN}-")):
                self.faults.append(f"href {value}")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def rendered(source: str, *cited: int) -> str:
    markdown = markup.Markdown(RUN)
    markdown.cite(cited)
    return "".join(blocks_of(markdown, source))


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text_in_an_answer(evil: str) -> None:
    reader = read(rendered(evil, 1))
    assert reader.faults == []
    assert reader.depth == 0


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text_in_every_card(evil: str) -> None:
    value = {"value": evil, "unit": evil, "formula": evil, "inputs": [{"label": evil, "text": evil}]}
    value |= {"steps": [{"label": evil, "text": evil}], "notes": [evil, 1]}
    parts = [
        cards.source(RUN, Citation(index=1, title=evil, source=evil, url=evil, locator=evil, quote=evil)),
        cards.step(Step("s", "s", "running", evil, evil, 0)),
        cards.tool(Tool(call_id="t", name=evil, arguments={evil[:50]: evil}, output=evil, log=evil)),
        cards.warning(Warning(code=evil, message=evil)),
        cards.error(Error(code=evil, message=evil)),
        cards.question(RUN, Input(id=evil, prompt=evil, schema_={"enum": [evil, 1]})),
        cards.reasoning(evil)[0],
        artifacts.artifact(Artifact(id=evil, kind="value", title=evil, data=value)),
        artifacts.artifact(Artifact(id=evil, kind="table", data={"columns": [evil], "rows": [[evil], [1]]})),
        artifacts.artifact(Artifact(id=evil, kind="chart", title=evil, data={})),
        artifacts.artifact(Artifact(id=evil, kind="file", data={"name": evil, "url": evil, "text": evil})),
        artifacts.artifact(Artifact(id=evil, kind="documents", data={"documents": [{"title": evil, "url": evil}]})),
    ]
    for part in parts:
        reader = read(part)
        assert reader.faults == []
        assert reader.depth == 0
        assert len(part) < 60_000


def test_what_was_hostile_can_be_read() -> None:
    assert read(rendered(HOSTILE[0])).text.strip() == HOSTILE[0]
    assert "![track](https://tracker.invalid/pixel.png)" in read(rendered(HOSTILE[9])).text
    assert "(+$41 M) and (+$28 M), $x^2$, $$" in read(rendered(HOSTILE[11])).text


def test_marks_that_turn_the_direction_are_made_visible() -> None:
    assert markup.text("a\u202eb\u2066c") == "a⟨U+202E⟩b⟨U+2066⟩c"
    assert "\u202e" not in rendered("a\u202eb")
    assert markup.text("\x00\x1b[31m") == "␀␛[31m"


def test_a_marker_leads_to_its_card_only_where_there_is_one() -> None:
    html = rendered("So [1], not [2], `[1]`, [1](https://a.invalid).\n\n[1]: https://elsewhere.invalid", 1)
    assert html.count('class="cite"') == 2, "the plain one, and the one that looks like a definition"
    assert f'href="#src-{RUN}-1"' in html
    assert "<code>[1]</code>" in html
    assert "[2]" in html and "src-r_1-2" not in html


def test_links_lead_to_the_web_only_and_keep_it_from_looking_back() -> None:
    html = rendered("[a](https://a.invalid) [b](javascript:alert) [c](/v1/runs) [d](#src-x) <ftp://e.invalid>")
    assert html.count("<a ") == 1
    assert 'target="_blank"' in html and 'rel="noopener noreferrer"' in html
    assert markup.link("javascript:alert(1)", "x") == "x"


def test_long_text_is_clipped_and_says_how_long_it_was() -> None:
    assert markup.text("x" * 1_000_000, 10) == "x" * 10 + " … (1,000,000 characters)"


@pytest.mark.parametrize("line", ["x" * 1_000_000, "![" * 500_000, "*a **b " * 150_000, "[a](" * 250_000])
def test_a_line_of_a_megabyte_is_rendered_in_seconds(line: str) -> None:
    began = time.process_time()
    assert len(rendered(line, 1)) >= 1_000_000
    assert time.process_time() - began < 5


TEXT = st.lists(
    st.sampled_from(
        ["word", " ", " ", "\n", "\n\n", "# ", "- ", "1. ", "> ", "**", "`", "```\n", "|a|b|\n|-|-|\n", "[1]", "    ",
         "---\n", "é\U0001f600", "~~~\n", "\r\n", "\r", "\t", "* * *\n", "===\n", "1.5"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(TEXT, st.randoms(use_true_random=False))
def test_however_an_answer_is_cut_its_blocks_are_the_same_and_a_finished_one_never_changes(source, draw) -> None:  # type: ignore[no-untyped-def]
    answer = Answer(markup.Markdown(RUN))
    answer.markdown.cite([1])
    finished: list[str] = []
    rest = source
    while rest:
        size = draw.randint(1, 9)
        answer.add(rest[:size])
        rest = rest[size:]
        if draw.random() < 0.7:
            answer.render()
        assert answer.blocks[: len(finished)] == finished
        finished = answer.blocks[: answer.finished]
    answer.render(closed=True)
    whole = markup.Markdown(RUN)
    whole.cite([1])
    assert answer.blocks == blocks_of(whole, source)


def test_emphasis_that_is_still_open_does_not_flicker() -> None:
    answer = Answer(markup.Markdown(RUN))
    answer.add("The **share")
    answer.render()
    assert answer.blocks == ["<p>The <strong>share</strong></p>\n"]
    answer.add(" rose** [")
    answer.render()
    assert answer.blocks == ["<p>The <strong>share rose</strong></p>\n"]


def test_a_very_long_block_is_cut_but_not_lost() -> None:
    source = "```\n" + "x = 1\n" * 20_000
    assert read(rendered(source)).text.count("x = 1") == 20_000
