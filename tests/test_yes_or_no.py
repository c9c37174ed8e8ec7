"""Yes or no: computed from the figures, and left out where a question asks for more than they say."""

import pytest

from agent.request import Turn
from agent.research import toolrun
from agent.research.answer.yes_or_no import answers
from agent.research.figures.results import Result
from agent.research.plan import plan
from agent.research.question.interpret import interpret


def asked(question: str) -> list[str]:
    reading = interpret(question)
    outcomes = [toolrun.run(call) for call in plan(reading)]
    return answers(reading, [outcome for outcome in outcomes if isinstance(outcome, Result)])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is Marvell profitable?", "Yes"),
        ("Was Marvell profitable in FY2025?", "No"),
        ("Did Marvell make a loss in FY2025?", "Yes"),
        ("Did NVIDIA lose money in FY2025?", "No"),
        ("Is Apple's revenue rising?", "Yes"),
        ("Has Apple's net income declined?", "No"),
        ("Did NVIDIA's gross margin fall in Q2 FY2026?", "Yes"),
        ("Did NVIDIA's revenue double in FY2025?", "Yes"),
        ("Did NVIDIA's revenue triple in FY2025?", "No"),
        ("Was NVIDIA's revenue lower in Q1 FY2026 than in Q2 FY2026?", "Yes"),
        ("Was NVIDIA's revenue higher in Q1 FY2026 than in Q2 FY2026?", "No"),
        ("Is NVIDIA's data center revenue growing?", "Yes"),
        ("Does Apple have more debt than cash?", "Yes"),
        ("Does Apple have less debt than cash?", "No"),
        ("Is Apple's gross margin higher than NVIDIA's in FY2025?", "No"),
        ("Is Apple's gross margin lower than NVIDIA's in FY2025?", "Yes"),
        ("Is NVIDIA growing faster than Apple?", "Yes"),
        ("Does Alphabet pay a dividend?", "Yes"),
        ("Is Marvell making money?", "Yes"),
        ("Are Apple and Alphabet profitable?", "Yes"),
        ("Is NVIDIA's inventory higher than a year ago?", "Yes"),
        ("Is NVIDIA's revenue up from last quarter?", "Yes"),
        ("Is Apple's revenue down?", "No"),
        ("Has Apple's operating margin risen over the last five years?", "Yes"),
    ],
)
def test_it_begins_with_the_answer(question: str, answer: str) -> None:
    first, *others = asked(question)
    assert first == answer
    assert not any(others), "one answer is said once"


def test_a_follow_up_about_another_company_is_not_answered_by_its_growth() -> None:
    before = (Turn(question="Is Marvell's net income growing?", answer=""),)
    reading = interpret("is that more than Apple's?", before)
    outcomes = [toolrun.run(call) for call in plan(reading)]
    assert not any(answers(reading, [outcome for outcome in outcomes if isinstance(outcome, Result)]))


@pytest.mark.parametrize(
    "question",
    [
        "How fast did Apple's revenue grow?",
        "Did Apple's revenue rise or fall?",
        "Did Apple's revenue rise every quarter?",
        "Did Apple's revenue grow more than 20%?",
        "Did Marvell's net loss widen in FY2025?",
        "Is NVIDIA's revenue growing slower than its costs?",
        "Is NVIDIA bigger than Apple?",
        "Did Apple's inventory improve?",
        "Did Apple report revenue in FY2025?",
    ],
)
def test_what_a_figure_does_not_say_is_not_answered(question: str) -> None:
    assert not any(asked(question))


def test_figures_that_disagree_have_an_answer_each() -> None:
    assert asked("Did NVIDIA's revenue and gross margin rise in Q2 FY2026?") == ["Yes", "No"]
