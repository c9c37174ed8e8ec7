"""What a person can choose before they ask, and what a browser keeps of it: that may be anything."""

import sys
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.registry import About, about
from apps.choices import MOST_STARTERS, kept_collection, kept_pace, libraries, starters

TEN_LINES = "agent.examples.ten_lines:my_agent"
OWN = """
from functools import partial
from agent.registry import About
ABOUT = About(line="Knows proverbs.", starters=("How long?",), collections=lambda folder: [folder.name])
async def documented(request):
    \"\"\"Says <b>proverbs</b>.

    And more.\"\"\"
    yield
made = partial(documented)
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the module `own_agent`, where the user stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.delitem(sys.modules, "own_agent", raising=False)
    return tmp_path / "own_agent.py"


def test_the_built_in_agent_says_what_it_is() -> None:
    said = about("research")
    assert said.line == "Ask about company filings. Every claim carries its source."
    assert said.pace == "hosted"
    assert starters() == said.starters[:MOST_STARTERS]
    assert libraries(["Notes"]) == {"": "Company filings", "Notes": "Notes"}


def test_an_agent_of_ten_lines_says_nothing_and_has_plain_defaults(tmp_path: Path) -> None:
    said = about(TEN_LINES)
    assert (said.line, said.starters, said.pace) == ("my agent", (), "")
    assert said.collections(tmp_path) == []


def test_an_agent_says_what_it_is_in_its_module(own: Path) -> None:
    own.write_text(OWN)
    said = about("own_agent:documented")
    assert (said.line, said.starters) == ("Knows proverbs.", ("How long?",))
    assert said.collections(own.parent) == [own.parent.name]


@pytest.mark.parametrize(("name", "line"), [("documented", "Says <b>proverbs</b>."), ("made", "made")])
def test_an_agent_that_does_not_is_called_by_its_docstring_or_its_name(own: Path, name: str, line: str) -> None:
    own.write_text(OWN.replace("ABOUT =", "PLAIN ="))
    assert about(f"own_agent:{name}").line == line


def test_a_pace_that_there_is_not_is_told_where_it_is_written() -> None:
    with pytest.raises(UsageError, match="no pace 'warp'"):
        About(pace="warp")


@pytest.mark.parametrize(
    ("cookies", "pace"),
    [
        ({}, "hosted"),
        ({"firstlight_research_pace": "local-cpu"}, "local-cpu"),
        ({"firstlight_research_pace": ""}, ""),
        ({"firstlight_research_pace": "%00<b>"}, "hosted"),
        ({"firstlight_my_agent_my_agent_pace": "local-cpu"}, "hosted"),
    ],
)
def test_a_pace_that_exists_is_kept_for_its_agent(cookies: dict[str, str], pace: str) -> None:
    assert kept_pace(cookies) == pace


def test_a_pace_of_the_built_in_agent_does_not_slow_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT", TEN_LINES)
    assert kept_pace({"firstlight_research_pace": "hosted"}) == ""


def test_a_collection_is_kept_while_it_is_there() -> None:
    cookies = {"firstlight_research_collection": "Gesch%C3%A4ftsberichte%202025"}
    assert kept_collection(cookies, ["Geschäftsberichte 2025"]) == "Geschäftsberichte 2025"
    assert kept_collection(cookies, ["another"]) == ""
    assert kept_collection({}, ["another"]) == ""
