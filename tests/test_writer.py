"""The written answer: markers, cards, quotes, both sides of concentration, and declines."""

import pytest

from agent.research.answer.draft import Draft
from agent.research.answer.evidence import Evidence
from agent.research.answer.grounding import unresolved
from agent.research.answer.writer import write
from agent.research.figures.results import Result
from agent.research.plan import Call
from agent.research.question import scope
from agent.research.question.interpret import interpret
from agent.research.question.reading import Reading
from agent.research.search.corpus import Passage
from agent.research.search.quoting import Quote
from agent.research.toolrun import run


def result(tool: str, **arguments: object) -> Result:
    outcome = run(Call(tool, arguments))
    assert isinstance(outcome, Result), outcome
    return outcome


def quote(text: str, *, source: str = "", page: int | None = None, period: str = "FY2025") -> Quote:
    passage = Passage(
        id="p", text=text, title="Staff", company="NVIDIA", form="10-K", period=period, source=source, page=page
    )
    return Quote(passage, text, 0, len(text), score=0.9, coverage=1.0, cosine=0.8)


def found(*quotes: Quote, strong: bool = True) -> Evidence:
    return Evidence(searched=9, hits=(), quotes=quotes, spare=(), strong=strong)


TEXT = Reading("How many?", words="how many")


def test_a_figure_is_bold_and_marked_with_its_filing() -> None:
    draft = write(
        interpret("nvidia revenue q2 fy2026"),
        [result("lookup", company="NVDA", metric="revenue", period="Q2 FY2026")],
        None,
        None,
    )
    assert "**$46,743 million** [1]." in draft.text
    [card] = draft.cards
    assert card.title == "NVIDIA 10-Q, Q2 FY2026"
    assert "0001045810-25-000209".replace("-", "") in card.url
    assert [artifact.kind for artifact in draft.artifacts] == ["value", "table", "chart"]
    assert draft.faults() == []


def test_each_number_of_a_growth_cites_its_own_filing() -> None:
    draft = write(TEXT, [result("growth", company="NVDA", metric="revenue", period="Q2 FY2026")], None, None)
    assert [card.title for card in draft.cards] == ["NVIDIA 10-Q, Q2 FY2026", "NVIDIA 10-Q, Q2 FY2025"]
    assert draft.text.endswith("[1][2].")
    assert draft.faults() == []


def test_concentration_is_told_from_both_sides() -> None:
    draft = write(
        interpret("Is customer concentration at NVIDIA rising?"), [result("concentration", company="NVDA")], None, None
    )
    higher, lower = draft.paragraphs[1:3]
    assert higher.startswith("**Higher:**") and "**23%**" in higher and "14%" in higher and "**785**" in higher
    assert lower.startswith("**Lower:**") and "**39%**" in lower and "46%" in lower
    assert [warning.code for warning in draft.warnings] == ["hhi_lower_bound"]
    assert draft.faults() == []


def test_quotes_of_briefs_follow_a_neutral_line() -> None:
    draft = write(TEXT, [], found(quote("NVIDIA had 36,000 employees."), quote("They work in 38 countries.")), None)
    assert draft.text == (
        "Our briefs on NVIDIA's 10-K for FY2025:\n\n"
        "- NVIDIA had 36,000 employees. [1]\n"
        "- They work in 38 countries. [2]"
    )
    assert [card.quote for card in draft.cards] == ["NVIDIA had 36,000 employees.", "They work in 38 countries."]


def test_a_document_is_quoted_verbatim_with_file_and_page() -> None:
    evidence = found(quote("Dogs are\nwelcome.", source="rules/office.pdf", page=3))
    draft = write(TEXT, [], evidence, None, "handbook")
    assert "- “Dogs are welcome.” [1]" in draft.text
    [card] = draft.cards
    assert (card.title, card.source, card.locator) == ("rules/office.pdf", "handbook", "page 3")


def test_what_is_declined_shows_the_nearest_as_nearest() -> None:
    draft = write(
        TEXT, [], found(quote("NVIDIA had 36,000 employees."), strong=False), scope.weak_evidence("the briefs")
    )
    assert draft.warnings[0].code == "weak_evidence"
    assert draft.text.startswith("I can't answer that")
    assert "not an answer to your question:\n\n- NVIDIA had 36,000 employees. [1]" in draft.text


def test_weak_quotes_are_not_an_answer() -> None:
    assert write(TEXT, [], found(quote("Noise."), strong=False), None).text == ""


def test_a_quote_that_repeats_the_figures_is_left_out() -> None:
    told = result("concentration", company="NVDA")
    evidence = found(quote("The largest took 23%, before 14%."), quote("Indirect customers count 2 more, with 19%."))
    draft = write(interpret("Is customer concentration at NVIDIA rising?"), [told], evidence, None)
    assert "The largest took" not in draft.text
    assert "Indirect customers" in draft.text


def test_cards_without_a_marker_are_dropped_and_the_rest_numbered_in_order() -> None:
    draft = Draft()
    for text in ("one", "two", "three"):
        draft.cite_quote(quote(text))
    draft.say("Third [3], then first [1].")
    draft.drop_unmarked_cards()
    assert draft.text == "Third [1], then first [2]."
    assert [(card.index, card.quote) for card in draft.cards] == [(1, "three"), (2, "one")]
    assert unresolved(draft.text, [card.index for card in draft.cards]) == (set(), set())


@pytest.mark.parametrize("claim", ["It was $46,744 million [1].", "It was 46,743% [1].", "It was $46,743 million."])
def test_a_wrong_number_is_a_fault(claim: str) -> None:
    draft = Draft()
    draft.cite_quote(quote("Revenue was $46,743 million."))
    draft.say(claim)
    assert len(draft.faults()) == 1


def test_a_bare_year_is_said_to_be_fiscal() -> None:
    draft = write(
        interpret("nvidia revenue 2024"),
        [result("lookup", company="NVDA", metric="revenue", period="FY2024")],
        None,
        None,
    )
    assert [warning.code for warning in draft.warnings] == ["fiscal_year"]


def test_warnings_of_one_kind_are_one() -> None:
    compared = result("compare", companies=["MRVL", "AAPL"], metric="revenue", period="FY2025")
    draft = write(interpret("revenue 2025 of marvell and apple"), [compared], None, None)
    assert [warning.code for warning in draft.warnings] == ["fiscal_year", "fiscal_calendars"]
    assert all(name in draft.warnings[0].message for name in ("Marvell", "Apple"))


def test_a_looked_up_figure_stands_alone_unless_a_brief_states_it() -> None:
    revenue = result("lookup", company="NVDA", metric="revenue", period="Q2 FY2026")
    reading = interpret("what was nvidia revenue in q2 fy26?")
    other = quote("NVIDIA's compute revenue fell 1% from Q1 to Q2 of FY2026.", period="Q2 FY2026")
    same = quote("NVIDIA's revenue was $46.7 billion in Q2 FY2026.", period="Q2 FY2026")
    assert other.text not in write(reading, [revenue], found(other), None).text
    assert same.text in write(reading, [revenue], found(other, same), None).text


def test_no_sentence_is_quoted_twice() -> None:
    growth = result("growth", company="NVDA", metric="revenue", period="Q2 FY2026")
    reading = interpret("why did nvidia revenue grow in q2 fy26?")
    said = quote("NVIDIA's revenue grew because of data center platforms.", period="Q2 FY2026")
    again = Quote(said.passage, said.text, said.start, said.end, score=0.5, coverage=0.5, cosine=0.5)
    assert write(reading, [growth], found(said, again), None).text.count(said.text) == 1


def test_reasons_for_another_figure_are_left_out() -> None:
    growth = result("growth", company="GOOGL", metric="general_and_administrative", period="FY2024")
    reading = interpret("why did googles g&a fall in 2024")
    network = quote("AdMob was the main cause of the Network decline.", period="FY2024")
    legal = quote("General and administrative expenses fell because of lower legal charges.", period="FY2024")
    text = write(reading, [growth], found(network, legal), None).text
    assert legal.text in text and network.text not in text


def test_a_ratio_is_given_as_a_number_too() -> None:
    ratio = result("ratio", company="NVDA", metric="total_liabilities", to="equity", period="Q2 FY2026")
    draft = write(interpret("total liabilities relative to equity at nvidia, q2 fy2026"), [ratio], None, None)
    assert "a ratio of 0.41" in draft.text and not draft.faults()
