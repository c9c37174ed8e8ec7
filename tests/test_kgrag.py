"""The figures of KG-RAG's reviewed answers, and where they are looked for."""

from typing import Any

import pytest

from agent.research.search.corpus import Passage
from agent.research.search.retrieval import Retriever
from eval.kgrag import Asked, figures, measure, of_same_value, recall_in_the_answer, stated

COLUMNS = "Three Months Ended July 1, 2023 (in millions)"
ACME: Any = {"company": "ACME, INC.", "ticker": "ACME", "period": "Q3 2023", "period_end": "2023-07-01"}
PLACE: Any = {"source": "acme.pdf", "page": 1}
PASSAGES = [
    Passage(id="1", text=f"{COLUMNS}\nNet sales 8,179 8,290\nGross margin 3,641 3,588", **PLACE, **ACME),
    Passage(id="2", text="Sales fell because fewer bolts were sold, to 12.5% of the market.", **PLACE, **ACME),
    Passage(id="3", text="Gross margin is explained in our annual report.", source="bolt.pdf", page=1, company="Bolt"),
]  # fmt: skip
ASKED = [Asked("What was the gross margin of Acme in Q3 2023?", "acme", frozenset({"3641", "12.5"}))]


def test_years_dates_forms_sources_and_small_numbers_are_no_figures() -> None:
    answer = (
        "1. On July 1, 2023 the 10-Q for Q3 says $1,234 million, 12.5% and 18 stores.\nSource: 2023 Q3 ACME.pdf, 555"
    )
    assert figures(answer) == {"1234", "12.5"}
    assert stated("Sales $ 1,234 (567).") == {"1234", "567"}


@pytest.mark.parametrize(
    ("figure", "there"),
    [("23198", True), ("23.198", True), ("23.19", False), ("23", False), ("23.2", True), ("9.9", False)],
)
def test_a_figure_in_billions_is_found_in_a_table_in_millions(figure: str, there: bool) -> None:
    assert of_same_value(figure, frozenset({"23198", "9940"})) is there


def test_a_figure_is_looked_for_in_passages_on_pages_and_in_the_answer() -> None:
    retriever = Retriever(PASSAGES)
    scores = measure(retriever, ASKED, filtered=True)
    assert (scores.questions, scores.with_figures, scores.hit_at_5) == (1, 1, 1.0)
    assert scores.number_recall_on_the_pages == 1.0
    assert recall_in_the_answer(retriever, ASKED) == 0.5
