"""What is found for a question, and which sentences are quoted."""

import json
from pathlib import Path

import numpy as np
import pytest

from agent.research.search.corpus import BadCorpus, Passage, load_briefs, period_key
from agent.research.search.embedding import open_embedder
from agent.research.search.quoting import best_quotes, looks_like_table
from agent.research.search.retrieval import Retriever, open_briefs
from agent.research.search.rows import columns_over, is_row, label_of
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import synonyms
from agent.research.search.vectors import Vectors, compute_vectors, digest


def passage(id: str, text: str, ticker: str = "ACME", period: str = "Q2 FY2026") -> Passage:
    company = {"ACME": "Acme Corp.", "BOLT": "Bolt, Inc."}.get(ticker, "")
    return Passage(id=id, text=text, ticker=ticker, company=company, period=period)


SMALL = [
    passage("staff", "Acme has 4,200 employees in nine countries. About 70% of them are engineers."),
    passage("plants", "Acme spent $300 million on property, plant and equipment in the quarter."),
    passage("risk", "People decide whether a company does well. Employees can leave. Countries can change laws."),
    passage("bolt", "Bolt has 900 employees.", ticker="BOLT"),
    passage("old", "Acme had 3,900 employees in eight countries.", period="FY2025"),
    passage("note", "A memo about employees and lunch.", ticker="", period=""),
]


@pytest.fixture(scope="module")
def by_words() -> Retriever:
    return Retriever(SMALL)


@pytest.fixture(scope="module")
def hybrid() -> Retriever:
    embedder = open_embedder()
    return Retriever(SMALL, compute_vectors(SMALL, embedder), embedder)


@pytest.fixture(scope="module")
def briefs() -> Retriever:
    return open_briefs()


@pytest.fixture(params=["by_words", "hybrid"])
def either(request: pytest.FixtureRequest) -> Retriever:
    retriever: Retriever = request.getfixturevalue(request.param)
    return retriever


def ids(retriever: Retriever, question: str, **options: object) -> list[str]:
    return [hit.passage.id for hit in retriever.search(question, **options)]  # type: ignore[arg-type]


def test_the_passage_that_answers_comes_first(either: Retriever) -> None:
    assert ids(either, "How many employees does Acme have?", periods=["Q2 FY2026"])[0] == "staff"


def test_an_abbreviation_finds_the_words_it_stands_for(by_words: Retriever) -> None:
    assert ids(by_words, "capex") == ["plants"]


def test_meaning_finds_what_words_do_not(hybrid: Retriever, by_words: Retriever) -> None:
    question = "investment into factories"
    assert ids(by_words, question) == []
    assert ids(hybrid, question)[0] == "plants"


def test_another_company_and_another_period_are_left_out(either: Retriever) -> None:
    assert set(ids(either, "employees", companies=["ACME"], periods=["second quarter of fiscal 2026"])) <= {
        *("staff", "plants", "risk", "note")
    }
    assert "bolt" in ids(either, "employees", companies=["Bolt"])
    assert "staff" not in ids(either, "employees", companies=["bolt"])


def test_a_year_allows_its_quarters_but_a_quarter_not_its_year(by_words: Retriever) -> None:
    assert "staff" in ids(by_words, "employees", periods=["FY2026"])
    assert "old" not in ids(by_words, "employees", periods=["Q2 FY2025"])


def test_a_document_of_nobody_knows_whom_passes_the_filter(by_words: Retriever) -> None:
    assert "note" in ids(by_words, "employees", companies=["BOLT"], periods=["FY2019"])


def test_the_score_is_the_reciprocal_rank_fusion_of_both_rankings(hybrid: Retriever) -> None:
    for hit in hybrid.search("How many employees does Acme have?"):
        ranks = [rank for rank in (hit.lexical_rank, hit.dense_rank) if rank is not None]
        assert hit.score == pytest.approx(sum(1 / (60 + rank) for rank in ranks))
    scores = [hit.score for hit in hybrid.search("employees")]
    assert scores == sorted(scores, reverse=True)


def test_without_the_model_hits_have_no_dense_rank_and_no_cosine(by_words: Retriever) -> None:
    (hit, *_) = by_words.search("employees")
    assert (by_words.mode, hit.dense_rank, hit.cosine) == ("lexical", None, None)


def test_a_question_about_something_else_is_not_covered(either: Retriever) -> None:
    on_topic = either.search("How many employees does Acme have?")[0].coverage
    off_topic = max((hit.coverage for hit in either.search("What is the weather in Zurich?")), default=0)
    assert on_topic > 0.7
    assert off_topic < 0.3


@pytest.mark.parametrize(
    "question", ["", "?", "the of and", "x" * 10_000, "日本語の質問", "\x00\ud800".replace("\ud800", "")]
)
def test_any_question_is_searched_without_an_error(either: Retriever, question: str) -> None:
    assert len(either.search(question)) <= 5


def test_an_empty_corpus_finds_nothing() -> None:
    assert Retriever([]).search("revenue") == []


def test_a_quote_is_verbatim_and_the_answering_sentence_is_first(either: Retriever) -> None:
    hits = either.search("How many employees does Acme have?", companies=["ACME"])
    quotes = best_quotes("How many employees does Acme have?", hits, either)
    assert "employees in" in quotes[0].text
    for quote in quotes:
        assert quote.text == quote.passage.text[quote.start : quote.end]
        assert quote.score >= 0.8 * quotes[0].score


def test_the_same_thing_is_not_quoted_twice() -> None:
    twice = Retriever([passage("a", "Acme paid $5 of dividends."), passage("b", "Acme paid $5 of dividends in cash.")])
    hits = twice.search("What dividends did Acme pay?")
    assert len(hits) == 2
    assert len(best_quotes("What dividends did Acme pay?", hits, twice)) == 1


def test_a_sentence_is_preferred_to_a_row_of_a_table() -> None:
    both = Retriever([passage("a", "Revenue 46,743 30,040 90,805 56,084\nRevenue was $46,743 million in the quarter.")])
    question = "What was revenue?"
    assert best_quotes(question, both.search(question), both)[0].text.startswith("Revenue was")
    assert looks_like_table("Revenue 46,743 30,040 90,805 56,084")
    assert not looks_like_table("Revenue was $46,743 million in the second quarter of fiscal 2026.")


@pytest.mark.parametrize(
    ("line", "row", "label"),
    [
        ("Net sales $ 1,234 $ (567)", True, "Net sales"),
        ("Gross margin 44.5 % 43.3 %", True, "Gross margin"),
        ("Stock-based compensation — 12", True, "Stock-based compensation"),
        ("Revenue was $46,743 million in the second quarter of fiscal 2026.", False, ""),
    ],
)
def test_a_row_is_told_by_its_figures_and_named_by_its_label(line: str, row: bool, label: str) -> None:
    assert is_row(line) is row
    assert not row or label_of(line) == label


def test_the_heading_over_a_row_is_the_nearest_line_of_periods_or_units() -> None:
    text = "Three Months Ended July 1, 2023\nSales 1 2\nAs of July 1, 2023\nCash 3 4\nDebt 5 6\nProse of a page."
    assert columns_over(text, text.index("Sales")) == "Three Months Ended July 1, 2023"
    assert columns_over(text, text.index("Debt")) == "As of July 1, 2023"
    assert columns_over("Cash 3 4", 0) == ""
    long = f"{'CONDENSED STATEMENTS ' * 6}(In millions) Three Months Ended July 1, 2023\nCash 3 4"
    assert columns_over(long, long.index("Cash")) == "(In millions) Three Months Ended July 1, 2023"


def test_what_a_question_names_is_searched_for_by_itself_too(by_words: Retriever) -> None:
    question = "countries and laws"
    assert ids(by_words, question)[0] == "risk"
    assert "plants" not in ids(by_words, question)
    assert "plants" in ids(by_words, question, also=["capital expenditure"])


def test_sentences_that_were_not_embedded_with_their_passage_are_when_they_are_asked(hybrid: Retriever) -> None:
    assert hybrid.vectors is not None
    stored = hybrid.vectors
    nothing = Vectors((), stored.passages, stored.sentences[:0], np.zeros(len(SMALL) + 1, np.int64))
    lazy = Retriever(SMALL, nothing, hybrid.embedder)
    ours, theirs = lazy.sentence_cosines(0, "How many staff?"), hybrid.sentence_cosines(0, "How many staff?")
    assert ours is not None and theirs is not None
    assert ours == pytest.approx(theirs, abs=2e-2)


def test_a_sentence_that_announces_a_list_is_quoted_with_the_list() -> None:
    text = "Acme is old.\nOur competitors include:\n• Bolt Ltd.\n• Nut Co."
    listed = Retriever([passage("a", text)])
    (quote, *_) = best_quotes("Who are the competitors?", listed.search("Who are the competitors?"), listed)
    assert quote.text == "Our competitors include:\n• Bolt Ltd.\n• Nut Co."


def test_rows_between_pipes_are_quoted_under_their_heading_which_is_no_quote_itself() -> None:
    text = "| Item | Shelf |\n|:--|--:|\n| Torch | 4 |\n| Rope | 7 |\nOr ask.\nA line | without a table"
    piped = Retriever([passage("a", text)])
    question = "On which shelf is the rope?"
    quotes = best_quotes(question, piped.search(question), piped, limit=9, further=-9)
    assert (quotes[0].text, quotes[0].columns) == ("| Rope | 7 |", "| Item | Shelf |")
    assert {(quote.text, quote.columns) for quote in quotes[1:]} == {
        ("| Torch | 4 |", "| Item | Shelf |"),
        ("Or ask.", ""),
        ("A line | without a table", ""),
    }


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Revenue rose 5.2%. Costs fell.", ["Revenue rose 5.2%.", "Costs fell."]),
        (
            "Acme Inc. is based in the U.S. and sells No. 5 bolts.",
            ["Acme Inc. is based in the U.S. and sells No. 5 bolts."],
        ),
        ("Rivals:\n• Bolt Ltd.\n• Nut Co.", ["Rivals:", "• Bolt Ltd.", "• Nut Co."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("no full stop", ["no full stop"]),
        ("  \n ", []),
    ],
)
def test_sentences_are_cut_where_a_reader_would(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("written", "key"),
    [
        *[(spelling, "2026Q2") for spelling in ("Q2 FY2026", "2026 Q2", "2026q2", "Q2 FY26", "2Q 2026", "Q2'2026")],
        ("second quarter of fiscal year 2026", "2026Q2"),
        ("FY2025", "2025"),
        ("fiscal 2025", "2025"),
        ("soon", ""),
    ],
)
def test_a_period_has_one_key_however_it_is_written(written: str, key: str) -> None:
    assert period_key(written) == key


def test_words_are_stemmed_and_numbers_lose_their_separators() -> None:
    assert words("The 1,234 growing customers' R&D in Q2 and H20.") == ("1234", "grow", "custom", "r&d", "q2", "h20")


def test_synonyms_add_only_words_that_the_question_lacks() -> None:
    extra = synonyms("buybacks in 2025")
    assert "repurchas" in extra and "buyback" not in extra
    assert synonyms("weather") == ()


def test_a_line_that_is_not_a_brief_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "acme.jsonl").write_text('\n{"id": "x", "text": "y"}\n')
    with pytest.raises(BadCorpus, match=r"acme\.jsonl, line 2"):
        load_briefs(tmp_path)


def test_two_briefs_with_one_id_are_refused(tmp_path: Path) -> None:
    brief = load_briefs()[0].model_dump()
    (tmp_path / "acme.jsonl").write_text("\n".join(json.dumps(brief) for _ in range(2)))
    with pytest.raises(BadCorpus, match=repr(brief["id"])):
        load_briefs(tmp_path)


def test_shipped_embeddings_are_those_of_the_shipped_briefs() -> None:
    from importlib.resources import as_file, files

    from agent.research.search.vectors import load_vectors

    with as_file(files("agent.research.data") / "brief_embeddings.npz") as path:
        vectors = load_vectors(path)
    assert vectors is not None
    assert vectors.digests == tuple(map(digest, load_briefs())), "run python -m agent.research.data.build_embeddings"


@pytest.mark.parametrize(
    ("question", "ticker", "said"),
    [
        ("How many employees does NVIDIA have?", "NVDA", "36,000"),
        ("Who are the competitors?", "NVDA", "Huawei"),
        ("How are direct customers defined?", "NVDA", "direct customers as"),
        ("How much did NVIDIA repurchase in Q2 FY2026?", "NVDA", "9.7 billion"),
        ("how many people work at google", "GOOGL", "183,323"),
    ],
)
def test_questions_that_an_earlier_prototype_failed_are_quoted_right(
    briefs: Retriever, question: str, ticker: str, said: str
) -> None:
    quotes = best_quotes(question, briefs.search(question, companies=[ticker]), briefs)
    assert any(said in quote.text for quote in quotes), [quote.text for quote in quotes]
