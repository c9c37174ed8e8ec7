"""What the style sheets may not hold."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[1] / "apps" / "static").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
EVERY_ELEMENT = re.compile(r"(?<!> )(?<![\w\](*)-])\*?:has\(")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_asks_every_element_what_it_holds(sheet: Path) -> None:
    # One such rule made Chromium restyle all of a long answer for each of its tokens: 7 ms each after 4,000.
    rules = COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    assert EVERY_ELEMENT.findall(rules) == []
