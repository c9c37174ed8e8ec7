"""An answer that was stopped in the middle: what is half written is not drawn, and nothing else is lost."""

import pytest

from apps.answer import Answer, blocks_of
from apps.markup import Markdown


def markdown() -> Markdown:
    made = Markdown("r_1")
    made.cite([1])
    return made


def drawn(source: str) -> str:
    return "".join(blocks_of(markdown(), source)).strip()


@pytest.mark.parametrize("half", ["[", "[1", "[12", " [", " [1 "])
def test_half_a_marker_is_drawn_neither_while_it_is_written_nor_at_the_end(half: str) -> None:
    answer = Answer(markdown())
    answer.add(f"It rose.{half}")
    for closed in (False, True):
        answer.render(closed=closed)
        assert answer.blocks == ["<p>It rose.</p>\n"]


def test_a_whole_marker_and_other_brackets_stay() -> None:
    assert drawn("It rose [1]").endswith("[1]</a></p>")
    assert drawn("It rose [see") == "<p>It rose [see</p>"
    assert drawn("It rose [1\n\nand fell.") == "<p>It rose [1</p>\n<p>and fell.</p>"


@pytest.mark.parametrize("code", ["```\nx[1", "- one\n\n  ```\n  x[1", "    x[1"])
def test_code_is_drawn_as_it_is(code: str) -> None:
    assert "x[1" in drawn(code)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**The share", "<p><strong>The share</strong></p>"),
        ("**The ", "<p><strong>The</strong></p>"),
        ("It **rose** and **", "<p>It <strong>rose</strong> and</p>"),
        ("It **rose**", "<p>It <strong>rose</strong></p>"),
        ("2**3", "<p>2**3</p>"),
        ("a ** b", "<p>a ** b</p>"),
    ],
)
def test_bold_text_that_was_cut_is_bold_to_its_end(written: str, shown: str) -> None:
    assert drawn(written) == shown
