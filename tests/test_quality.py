"""How good the answers are, on questions of our own: the set to tune on, and the set kept away from tuning."""

import pytest

from tests.quality.score import Score, questions, rates, report, score
from tests.quality.split import kept_ids

pytestmark = pytest.mark.anyio
FLOORS = {"numeric": 0.85, "text": 0.80, "out_of_scope": 0.90}


@pytest.mark.parametrize("which", ["dev", "kept"])
async def test_quality(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    scores = await score(which)
    with capsys.disabled():
        print("\n" + report(which, scores, names=which == "dev"))
    reached = rates(scores)
    assert {kind: reached[kind] for kind, floor in FLOORS.items() if reached[kind] < floor} == {}
    assert _ungrounded(scores) == []


def test_the_kept_set_is_the_one_that_was_drawn() -> None:
    everything = questions("dev") + questions("kept")
    assert len(everything) >= 60
    assert {question["id"] for question in questions("kept")} == kept_ids(everything)


def _ungrounded(scores: list[Score]) -> list[str]:
    return [f"{each.id}: {', '.join(each.ungrounded)}" for each in scores if each.ungrounded]
