"""What a person gets who asks a folder of their own: an answer where a sentence holds it, however small the folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.research.answer import searching
from agent.research.answer.answering import fits
from agent.research.answer.compose import compose
from agent.research.answer.draft import Draft
from agent.research.answer.own_documents import search_documents
from agent.research.answer.times_named import years
from agent.research.documents.about import about
from agent.research.documents.collection import open_collection
from agent.research.documents.indexing import index_folder
from agent.research.question.interpret import about_documents, interpret
from agent.research.search.corpus import Passage
from agent.research.search.embedding import load_embedder
from agent.research.search.quoting import Quote, counted, counts
from agent.research.search.retrieval import Retriever
from tests import small_collections as small

Ask = Callable[[str], Draft]
COLLECTIONS = {
    "one": small.ONE,
    "three": small.THREE,
    "thirty": small.THIRTY,
    "notes": small.NOTES,
    "office": small.OFFICE,
}
ANSWERS = {
    "one": small.ONE_ANSWERS,
    "three": small.THREE_ANSWERS,
    "thirty": small.THIRTY_ANSWERS,
    "notes": small.NOTES_ANSWERS,
    "office": small.OFFICE_ANSWERS,
}
SILENT = {
    "one": small.ONE_SILENT,
    "three": small.THREE_SILENT,
    "thirty": (*small.THIRTY_SILENT, *small.THIRTY_NEAR),
    "notes": small.NOTES_SILENT,
    "office": small.OFFICE_SILENT,
}
STATEMENT = (
    "Results (in millions)\nThree Months Ended July 1, 2023 June 25, 2022\nNet sales $ 817 $ 829\n"
    "Cost of sales 453 470\nGross margin 364 359\nResearch and development 74 67\nNet income $ 198 $ 194"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("own")
    for name, files in COLLECTIONS.items():
        folder = place / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        index_folder(folder, name, place / "data")
    return place / "data"


def ask(retriever: Retriever, question: str) -> Draft:
    reading = about_documents(interpret(question))
    return compose(reading, (), [], [], search_documents(reading, retriever), "mine")


@pytest.mark.parametrize(
    ("name", "question", "said"),
    [(name, question, said) for name, asked in ANSWERS.items() for question, said in asked.items()],
)
def test_what_a_sentence_says_is_answered(data: Path, name: str, question: str, said: str) -> None:
    draft = ask(open_collection(name, data), question)
    assert [warning.code for warning in draft.warnings] == []
    assert said in draft.text


@pytest.mark.parametrize(
    ("name", "question"), [(name, question) for name, asked in SILENT.items() for question in asked]
)
def test_what_no_sentence_says_is_declined(data: Path, name: str, question: str) -> None:
    draft = ask(open_collection(name, data), question)
    assert [warning.code for warning in draft.warnings] == ["weak_evidence"]
    assert draft.text.startswith("I can't answer that")


@pytest.mark.xfail(strict=True, reason="one shared word beside a near meaning is taken for an answer")
@pytest.mark.parametrize("question", small.THIRTY_MISTAKEN)
def test_a_word_in_common_is_no_answer(data: Path, question: str) -> None:
    assert ask(open_collection("thirty", data), question).warnings


def test_a_question_for_a_period_alone_is_answered_by_every_sentence_that_names_it(data: Path) -> None:
    text = ask(open_collection("notes", data), "What happened in 2025?").text
    assert all(said in text for said in ("412,300", "starboard engine", "57 people"))
    assert "washer" not in text


def test_a_bullet_is_quoted_to_its_end_and_a_row_under_its_heading(data: Path) -> None:
    retriever = open_collection("notes", data)
    assert "Tom will fit a new washer before Easter" in ask(retriever, "who fixes the standpipe").text
    row = "“| Satellite phone | 1 | office safe | 11 March |” under “| Item | Quantity | Kept in | Last checked |”"
    assert row in ask(retriever, "Where is the satellite phone?").text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("In 2025, we moved.", {"2025"}),
        ("passengers in 2025, up from 388,900 in 2024.", {"2024", "2025"}),
        ("We moved in 2025,", {"2025"}),
        ("between 2024 and 2025; 2023: none", {"2023", "2024", "2025"}),
        ("2,025 moved", set()),
        ("2025,000 moved", set()),
        ("up 2025%, or 2025 %", set()),
        ("$2025 or £2025", set()),
        ("2025.5 metres", set()),
    ],
)
def test_a_year_is_told_from_a_number(text: str, named: set[str]) -> None:
    assert years(text) == named


@pytest.mark.parametrize(
    ("question", "noun", "text", "there"),
    [
        ("How many passengers travelled?", "passengers", "It carried 61,000 passengers.", True),
        ("How many employees are there?", "employees", "The company employed 57 people.", True),
        ("How many staff do we have?", "staff", "We employ 54 people.", True),
        ("How many companies joined?", "companies", "We compared 12 offers.", False),
        ("How many fish are in the pools?", "fish", "Three pools were cleaned.", False),
        ("How many of them left?", "", "Five left.", False),
    ],
)
def test_how_many_counts_the_noun_behind_it(question: str, noun: str, text: str, there: bool) -> None:
    assert counted(question) == noun
    assert counts(question, text) is there


def test_by_words_only_an_answer_needs_most_of_them(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(small.ONE["note.txt"], encoding="utf-8")
    index_folder(tmp_path, "words", tmp_path / "data", embedder=lambda: None)
    retriever = open_collection("words", tmp_path / "data")
    assert "48 million" in ask(retriever, "How much was revenue in the second quarter?").text
    assert ask(retriever, "What is the weather in Zurich?").warnings


def test_a_bare_quarter_is_no_fiscal_period_of_a_company_we_know(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLIGHT_DATA", str(data))
    for question in ("What changed in the second quarter?", "What was revenue in Q2?", "And the latest quarter?"):
        reading = about_documents(interpret(question))
        assert searching.label(reading, "one") == "Searching 1 passage of one"
        assert reading.companies == ""


def filing(company: str, ticker: str, period: str, end: str) -> Passage:
    return Passage(id=f"{ticker} {period}", text="Text.", company=company, ticker=ticker, period=period, period_end=end)


FILINGS = [
    filing("ACME, INC.", "ACME", "Q2 2022", "2022-07-30"),
    filing("ACME, INC.", "ACME", "Q2 2023", "2023-07-29"),
    filing("ACME, INC.", "ACME", "FY2023", "2024-01-27"),
    filing("Bolt Holdings Ltd.", "BLT", "Q3 2023", "2023-09-30"),
    Passage(id="note", text="A note."),
]


@pytest.mark.parametrize(
    ("question", "companies", "periods", "rest"),
    [
        ("What did Acme earn in Q2 2023?", ("ACME, INC.",), ("Q2 2023",), "What did earn in ?"),
        ("Acme's costs in the second quarter", ("ACME, INC.",), ("Q2 2022", "Q2 2023"), "costs in the"),
        ("What did Acme say in its latest 10-K?", ("ACME, INC.",), ("FY2023",), "What did say in its ?"),
        ("BLT debt in the quarter ended September 30, 2023", ("Bolt Holdings Ltd.",), ("Q3 2023",), None),
        ("How did costs develop in 2019?", (), (), "How did costs develop in 2019?"),
        ("What did Acme earn in the fourth quarter?", ("ACME, INC.",), (), "What did earn in the fourth quarter?"),
        ("Who is liable?", (), (), "Who is liable?"),
    ],
)
def test_the_covers_say_which_documents_are_meant(
    question: str, companies: tuple[str, ...], periods: tuple[str, ...], rest: str | None
) -> None:
    found = about(question, FILINGS)
    assert (found.companies, found.periods) == (companies, periods)
    assert rest is None or found.rest == rest
    assert found.unknown == ()


def test_a_company_that_no_document_is_of_is_not_answered_from_another() -> None:
    text = "Revenue was 9 million dollars."
    retriever = Retriever([Passage(id="a", text=text, company="ACME, INC.", ticker="ACME")])
    assert "9 million" in ask(retriever, "What was Acme's revenue?").text
    assert about("What was Marvell's revenue?", retriever.passages).unknown == ("Marvell",)
    assert "9 million" not in ask(retriever, "What was Marvell's revenue?").text


def test_a_row_is_quoted_under_the_heading_of_its_columns() -> None:
    retriever = Retriever([Passage(id="a", text=STATEMENT, source="acme.pdf")])
    draft = ask(retriever, "How did the gross margin compare with research and development?")
    heading = "Three Months Ended July 1, 2023 June 25, 2022"
    assert f"“Gross margin 364 359” under “{heading}”" in draft.text
    assert f"“Research and development 74 67” under “{heading}”" in draft.text
    assert {card.quote for card in draft.cards} >= {f"{heading}\nGross margin 364 359"}
    assert draft.warnings == []


@pytest.mark.parametrize(
    ("question", "text", "fitting"),
    [
        ("What changed in the third quarter?", "Revenue rose in the second quarter.", False),
        ("What changed in Q2?", "Revenue rose in the second quarter.", True),
        ("What was revenue in 2019?", "Revenue was 4 million in 2021.", False),
        ("What was revenue in 2019?", "Revenue was 4 million.", True),
        ("What was revenue in 2019?", "In 2019, revenue was 4 million.", True),
        ("What was revenue in 2019?", "Revenue was 2,021 francs.", True),
    ],
)
def test_a_sentence_about_another_time_is_no_answer(question: str, text: str, fitting: bool) -> None:
    quote = Quote(Passage(id="a", text=text), text, 0, len(text), score=1, coverage=1, cosine=None)
    assert fits(question, quote) is fitting


def test_these_tests_read_by_meaning() -> None:
    assert load_embedder() is not None
