"""Prompt suites: what is read, and what is said when a line is wrong."""

from pathlib import Path

import pytest

from eval.suite import FIRST, BadSuite, Prompt, load_suite
from tests.research_stream import codes, events


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_suite() -> None:
    suite = load_suite(FIRST)
    assert len(suite.prompts) == 12
    assert "Is customer concentration at NVIDIA rising?" in [prompt.prompt for prompt in suite.prompts]
    assert [prompt.id for prompt in suite.prompts if "out-of-scope" in prompt.tags] == ["out-of-scope"]
    assert {"NVDA", "GOOGL", "AAPL", "MRVL"} <= {tag for prompt in suite.prompts for tag in prompt.tags}


@pytest.mark.anyio
@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("prompt", load_suite(FIRST).prompts, ids=lambda prompt: prompt.id)
async def test_what_the_shipped_suite_asks_is_answered(prompt: Prompt) -> None:
    declined = bool(codes(await events(prompt.prompt)) & {"weak_evidence", "out_of_scope"})
    assert declined == ("out-of-scope" in prompt.tags)


def test_a_line_separator_in_a_prompt_is_text(tmp_path: Path) -> None:
    suite = load_suite(write(tmp_path, '{"id": "a", "prompt": "one\u2028two"}\n\n{"id": "b", "prompt": "x"}\n'))
    assert [prompt.prompt for prompt in suite.prompts] == ["one\u2028two", "x"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": "a", "prompt": "x"}\n{"id": "b", "prompt": ', "mine.jsonl, line 2: not JSON"),
        ('{"id": "a"}', "line 1: prompt: Field required, not {'id': 'a'}"),
        ('{"id": "a", "prompt": ""}', "line 1: prompt: String should have at least 1 character, not ''"),
        ('{"id": "a", "prompt": "x", "tag": "y"}', "line 1: tag: Extra inputs are not permitted, not 'y'"),
        ('["a"]', "line 1: the line: "),
        ('{"id": "a", "prompt": "x"}\n{"id": "a", "prompt": "y"}', "line 2: a second prompt with the id 'a'"),
        ("\n\n", "at least one prompt"),
    ],
)
def test_a_wrong_line_is_named_and_quoted(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSuite) as caught:
        load_suite(write(tmp_path, text))
    assert told in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSuite, match="cannot read the suite"):
        load_suite(tmp_path / "none.jsonl")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSuite, match="cannot read the suite"):
        load_suite(path)
