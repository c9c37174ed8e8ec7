"""The verifier: numbers of a sentence against the cards that this sentence cites."""

import pytest

from agent.research.answer.compose import compose
from agent.research.answer.draft import Draft
from agent.research.answer.grounding import numbers, sentences, ungrounded, unresolved
from agent.research.question.interpret import interpret
from agent.research.search.quoting import counted, counts
from agent.research.search.synonyms import OTHER_NAME, covered, phrasings

CARD = {1: "NVIDIA 10-Q, Q2 FY2026. Revenue: $46,743 million. Gross margin 72.4%.", 2: "Revenue: $30,040 million."}


def missing(answer: str, computed: tuple[str, ...] = ()) -> list[str]:
    return [fault.number for fault in ungrounded(answer, CARD, computed)]


def test_a_rounded_number_is_held_by_the_exact_one() -> None:
    assert missing("Revenue was $46.7 billion [1].") == []
    assert missing("Revenue was $47 billion [1].") == []


@pytest.mark.parametrize("wrong", ["$46.8 billion", "$46.7 million", "$4,674 million", "46.7%"])
def test_another_number_is_not(wrong: str) -> None:
    assert missing(f"Revenue was {wrong} [1].") == [wrong]


def test_a_number_may_not_be_more_exact_than_its_source() -> None:
    assert missing("The margin was 72.41% [1].") == ["72.41%"]


def test_a_per_cent_never_matches_a_plain_number() -> None:
    assert missing("It was 72.4 [1].") == ["72.4"]


def test_a_number_swapped_in_from_another_source_is_caught() -> None:
    assert missing("Revenue was $30,040 million [1].") == ["$30,040 million"]
    assert missing("Revenue was $30,040 million [2]. It was $46,743 million [1].") == []


def test_a_wrong_number_of_an_answer_is_said_in_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> Draft:
        draft = Draft()
        draft.say("Revenue was $7 million [1].")
        return draft

    monkeypatch.setattr("agent.research.answer.compose.write", wrong)
    draft = compose(interpret("nvidia revenue q2 fy2026"), [], [], [], None)
    told = "$7 million is not in the source that its sentence cites."
    assert [(warning.code, warning.message) for warning in draft.warnings] == [("ungrounded_number", told)]


def test_a_number_without_a_marker_is_ungrounded_unless_a_tool_computed_it() -> None:
    assert missing("It grew 55.6%.") == ["55.6%"]
    assert missing("It grew 55.6% [1][2].", computed=("55.6%",)) == []
    assert missing("It grew 56.5% [1][2].", computed=("55.6%",)) == ["56.5%"]


def test_a_marker_behind_the_full_stop_belongs_to_its_sentence() -> None:
    assert sentences('He said "it was 5 %." [2] Then **more** came. [1] End.') == [
        'He said "it was 5 %." [2]',
        "Then **more** came. [1]",
        "End.",
    ]


def test_labels_that_hold_digits_are_not_figures() -> None:
    assert numbers("In Q2 FY2026 (to July 27, 2025) the 10-Q names H20 chips [1], fiscal 2025 and 2024-07-28.") == []


def test_names_that_begin_like_months_keep_their_figures() -> None:
    assert [number.text for number in numbers("Marvell 32.6%, decline 12.5%")] == ["32.6%", "12.5%"]


def test_scales_and_signs() -> None:
    assert [number.value for number in numbers("-$885 million, 9.7bn, 1.5 trillion, 36,000")] == [
        -885e6,
        9.7e9,
        1.5e12,
        36000,
    ]


def test_markers_and_cards_are_matched_both_ways() -> None:
    assert unresolved("One [1], three [3].", [1, 2]) == ({3}, {2})


def test_a_count_answers_how_many_only_beside_what_is_counted() -> None:
    question = "How many developers work with CUDA?"
    assert counted(question) == "developers"
    assert counts(question, "More than 5.9 million developers use CUDA.")
    assert not counts(question, "CUDA came out in 2006, and developers use it.")
    assert not counts(question, "NVIDIA computing supports over 4,400 applications.")
    assert counts("how many people does it have", "It had about 36,000 employees.")


def test_another_name_covers_a_word_and_an_unrelated_one_does_not() -> None:
    def alike(word: str) -> float:
        return 1.0

    assert covered("attrition", "Employee turnover was 2.5%.", alike) == OTHER_NAME
    assert covered("DMA fine", "Apple was fined under the Digital Markets Act.", alike) == (1 + OTHER_NAME) / 2
    assert covered("patents", "Employee turnover was 2.5%.", alike) == 0
    assert phrasings("headcount of apple") == ("headcount of apple", "number of employees of apple")
