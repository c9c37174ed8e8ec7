"""The typed tools: checked figures, what they say, caveats, errors."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from agent.research.figures.measures import NotComparable
from agent.research.figures.parts import UnknownPart
from agent.research.figures.periods import FactsError, UnknownPeriod
from agent.research.figures.results import Result
from agent.research.figures.tools import toolbox

Q2 = {"company": "NVIDIA", "period": "Q2 FY2026"}


def call(tool: str, **arguments: Any) -> Result:
    return toolbox()[tool].call(arguments)


def codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


@pytest.mark.parametrize(
    ("tool", "arguments", "shown"),
    [
        ("growth", Q2 | {"metric": "revenue"}, "55.6%"),
        ("margin", Q2 | {"kind": "gross"}, "72.4%"),
        ("margin", Q2 | {"kind": "operating"}, "60.8%"),
        ("margin", {"company": "NVDA", "kind": "net", "period": "FY2025"}, "55.8%"),
        ("share", Q2 | {"part": "Compute & Networking"}, "88.4%"),
        ("share", Q2 | {"part": "China"}, "5.9%"),
        ("share", Q2 | {"part": "R&D"}, "9.2%"),
        ("lookup", {"company": "NVDA", "metric": "sales", "period": "Q1 FY2027"}, "$81,615 million"),
        ("growth", {"company": "NVDA", "metric": "top line"}, "85.2%"),
        ("growth", {"company": "NVDA", "metric": "revenue", "against": "quarter"}, "19.8%"),
        ("concentration", Q2, "785"),
        ("lookup", Q2 | {"metric": "buyback"}, "$9,720 million"),
        ("lookup", {"company": "NVDA", "metric": "free cash flow", "period": "FY2025"}, "$60,853 million"),
        ("trailing_twelve_months", {"company": "NVDA", "metric": "revenue", "period": "FY2025"}, "$130,497 million"),
        ("trailing_twelve_months", {"company": "NVDA", "metric": "net margin", "period": "FY2025"}, "55.8%"),
        ("compound_growth", {"company": "AAPL", "metric": "revenue", "first": "FY2020", "last": "FY2025"}, "8.7%"),
        ("part_growth", Q2 | {"part": "data center"}, "56.4%"),
        ("part_revenue", Q2 | {"part": "data center"}, "$41,096 million"),
        ("ratio", Q2 | {"metric": "total liabilities", "to": "equity"}, "40.6%"),
    ],
)
def test_checked_figures(tool: str, arguments: dict[str, Any], shown: str) -> None:
    result = toolbox()[tool].call(arguments)
    assert result.shown == shown
    assert shown in result.sentence
    assert result.sources


def test_is_customer_concentration_rising_has_two_sides() -> None:
    result = call("concentration", **Q2)
    assert result.sentence == (
        "In Q2 FY2026, 2 direct customers made up 39% (23%, 16%) of NVIDIA's revenue; in Q2 FY2025, 4 direct customers "
        "made up 46% (14%, 11%, 11%, 10%). "
        "The Herfindahl-Hirschman index (HHI, at most 10,000) of the disclosed customers rose from 538 to 785."
    )
    assert (result.shown, result.named) == ("785", "HHI 785 (0-10,000)")
    assert [(row["largest"], row["combined"], row["HHI"]) for row in result.table] == [
        ("23%", "39%", "785"),
        ("14%", "46%", "538"),
    ]
    assert codes(result) == ["hhi_lower_bound"]
    assert [source.accession for source in result.sources] == ["0001045810-25-000209"]
    assert result.sources[0].url.endswith("/1045810/000104581025000209/nvda-20250727.htm")


def test_a_repurchase_that_was_subtracted_cites_both_filings_and_says_so() -> None:
    result = call("lookup", **Q2, metric="share repurchases")
    assert result.sentence == (
        "NVIDIA's share repurchases in Q2 FY2026 (three months to 27 Jul 2025) were $9,720 million."
    )
    assert [(source.title, source.quote) for source in result.sources] == [
        ("NVIDIA 10-Q, Q2 FY2026", "Share repurchases, six months to 27 Jul 2025: $23,815 million."),
        ("NVIDIA 10-Q, Q1 FY2026", "Share repurchases, three months to 27 Apr 2025: $14,095 million."),
    ]
    assert codes(result) == ["derived"]


def test_growth_names_its_formula_and_inputs() -> None:
    result = call("growth", **Q2, metric="revenue")
    assert result.formula == "(revenue(Q2 FY2026) − revenue(Q2 FY2025)) ÷ revenue(Q2 FY2025) × 100"
    assert [(each.symbol, each.period, each.value) for each in result.inputs] == [
        ("revenue", "Q2 FY2026", 46_743e6),
        ("revenue", "Q2 FY2025", 30_040e6),
    ]
    assert result.warnings == ()


def test_growth_of_a_margin_is_in_percentage_points() -> None:
    result = call("growth", **Q2, metric="gross margin")
    assert (result.unit, result.shown) == ("percentage points", "-2.7 percentage points")


def test_growth_from_a_loss_is_the_difference() -> None:
    result = call("growth", company="Marvell", metric="net income", period="FY2026")
    assert (result.shown, codes(result)) == ("$3,555.1 million", ["negative_base"])


def test_earnings_per_share_are_compared_on_one_share_count() -> None:
    filed = call("lookup", company="NVDA", metric="eps", period="FY2022")
    assert (filed.value, codes(filed)[:2]) == (3.85, ["split_not_restated", "split_not_restated"])
    grown = call("growth", company="NVDA", metric="eps", period="FY2023")
    assert grown.value == pytest.approx((0.17 / 0.385 - 1) * 100)
    assert "split_adjusted" in codes(grown)
    shares = call("growth", company="NVDA", metric="diluted shares", period="FY2023")
    assert abs(shares.value) < 2


def test_caveats_that_the_data_deserves() -> None:
    assert "derived" in codes(call("growth", company="NVDA", metric="revenue", period="Q4 FY2026"))
    assert "long_period" in codes(call("lookup", company="AAPL", metric="revenue", period="FY2023"))
    assert "stale" in codes(call("lookup", company="AAPL", metric="interest income"))
    compared = call("compare", companies=["NVDA", "AAPL"], metric="revenue", period="FY2025")
    assert "fiscal_calendars" in codes(compared)
    assert "Apple FY2025 ends 27 Sep 2025" in compared.warnings[0].message
    assert "fiscal_calendars" not in codes(call("compare", companies=["NVDA", "MRVL"], metric="capex", period="FY2026"))


def test_where_the_data_ends_is_a_note_and_no_warning() -> None:
    for latest in (
        call("lookup", company="AAPL", metric="revenue"),
        call("trend", company="AAPL", metric="revenue", count=2, frequency="year"),
    ):
        assert (codes(latest), [note.code for note in latest.notes]) == ([], ["data_cutoff"])
    compared = call("compare", companies=["NVDA", "AAPL"], metric="revenue")
    assert codes(compared) == ["fiscal_calendars"]
    assert [note.code for note in compared.notes] == ["data_cutoff"], "one line says where the data of both ends"


def test_inputs_are_what_the_formula_shows() -> None:
    result = call("concentration", **Q2)
    assert result.formula == " + ".join(f"{each.value:g}²" for each in result.inputs)
    assert len(result.beside) == 4, "the year before is told and cited"
    traced = call("trend", company="AAPL", metric="revenue", count=6)
    assert (len(traced.inputs), len(traced.beside)) == (2, 4)


def test_a_card_gives_one_figure_a_line() -> None:
    [card] = call("concentration", **Q2).sources
    lines = card.quote.split("\n")
    assert len(lines) == 6 and all(line.startswith("Customer ") and line.endswith(".") for line in lines)


def test_a_comparison_is_ranked() -> None:
    result = call("compare", companies=["MRVL", "Apple", "NVIDIA"], metric="operating margin", period="FY2025")
    assert [row["company"] for row in result.table] == ["NVIDIA", "Apple", "Marvell"]
    grown = call("compare", companies=["MRVL", "NVDA"], metric="net income", period="FY2026", by="growth")
    assert [row["company"] for row in grown.table] == ["NVIDIA", "Marvell"]
    assert result.sentence.startswith("Operating margin was highest at NVIDIA: 62.4% in FY2025 (year to 26 Jan 2025)")
    assert ", ahead of Apple with 32.0% in FY2025" in result.sentence
    assert result.named == "NVIDIA 62.4%"


def test_a_margin_names_what_it_is_made_of() -> None:
    assert call("margin", **Q2, kind="gross").sentence == (
        "NVIDIA's gross margin in Q2 FY2026 was 72.4%: gross profit of $33,853 million on revenue of $46,743 million."
    )


def test_a_balance_is_of_a_day() -> None:
    said = call("lookup", company="Apple", metric="cash", period="FY2025").sentence
    assert said.startswith("Apple's cash and cash equivalents at the end of FY2025 (27 Sep 2025) were $")


def test_a_trend_shows_each_step() -> None:
    result = call("trend", company="Apple", metric="revenue", count=3, frequency="year", period="FY2025")
    assert [row["period"] for row in result.table] == ["FY2023", "FY2024", "FY2025"]
    assert result.table[2]["change"] == "6.4%"
    assert len(result.series) == 3


def test_a_breakdown_counts_nothing_twice() -> None:
    result = call("breakdown", company="NVDA", by="product", period="Q2 FY2026")
    assert [row["product"] for row in result.table][:3] == ["Data Center", "of which Compute", "of which Networking"]
    assert result.chart is not None
    drawn = [row["part"] for row in result.chart["data"]["values"]]
    assert "Compute" not in drawn
    assert codes(result) == []
    segments = call("breakdown", company="NVDA", by="segment", metric="operating_income", period="Q2 FY2026")
    assert codes(segments) == ["not_a_whole"]


@pytest.mark.parametrize(
    ("tool", "arguments", "error", "message"),
    [
        ("lookup", {"company": "Tesla", "metric": "revenue"}, FactsError, "'Tesla'; the table holds"),
        ("lookup", {"company": "NVDA", "metric": "headcount"}, FactsError, "'headcount'"),
        ("lookup", Q2 | {"metric": "revenue", "period": "Q5 FY2026"}, UnknownPeriod, "'Q5 FY2026'"),
        ("growth", {"company": "NVDA", "metric": "revenue", "period": "FY2019"}, UnknownPeriod, "'FY2018'"),
        ("share", Q2 | {"part": "spaceships"}, UnknownPart, "'spaceships'; known are .*Gaming"),
        ("breakdown", {"company": "AAPL", "by": "segment"}, UnknownPart, "revenue by segment for Apple"),
        ("concentration", {"company": "NVDA", "period": "Q1 FY2026"}, UnknownPeriod, "available are FY2024, Q2 FY2025"),
        ("compound_growth", {"company": "NVDA", "metric": "revenue", "first": "FY2025", "last": "Q2 FY2026"},
         NotComparable, "'FY2025' and 'Q2 FY2026'"),
        ("trailing_twelve_months", {"company": "NVDA", "metric": "cash"}, NotComparable, "'cash' is a balance"),
        ("compare", {"companies": ["NVDA", "NVIDIA"], "metric": "revenue"}, NotComparable, "two companies"),
        ("margin", {"company": "NVDA", "kind": "safety"}, ValidationError, "kind"),
        ("lookup", {"company": "NVDA", "metric": "revenue", "quarter": 2}, ValidationError, "Extra inputs"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said(
    tool: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        toolbox()[tool].call(arguments)


def test_every_tool_has_a_schema_for_a_model() -> None:
    for name, tool in toolbox().items():
        schema = tool.schema()["function"]
        jsonschema.Draft202012Validator.check_schema(schema["parameters"])
        assert (schema["name"], schema["parameters"]["additionalProperties"]) == (name, False)
        assert len(schema["description"]) > 20
