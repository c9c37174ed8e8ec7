"""The typed tools: checked figures, provenance of every number, caveats, errors, charts."""

from __future__ import annotations

import json
import re
from typing import Any

import altair
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.research.figures import arithmetic
from agent.research.figures.arithmetic import NotDefined
from agent.research.figures.facts import facts
from agent.research.figures.filers import FILERS
from agent.research.figures.measures import MARGINS, NotComparable
from agent.research.figures.metrics import METRICS, UnknownMetric
from agent.research.figures.parts import UnknownPart
from agent.research.figures.periods import FactsError, Period, UnknownPeriod
from agent.research.figures.quantities import periods
from agent.research.figures.results import Result, show
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
        "The Herfindahl-Hirschman index of the disclosed customers rose from 538 to 785."
    )
    assert [(row["largest"], row["combined"], row["HHI"]) for row in result.table] == [
        ("23%", "39%", "785"),
        ("14%", "46%", "538"),
    ]
    assert codes(result) == ["hhi_lower_bound", "customers_anonymous"]
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
    assert (filed.value, codes(filed)[:2]) == (3.85, ["split_not_restated", "split_adjusted"])
    grown = call("growth", company="NVDA", metric="eps", period="FY2023")
    assert grown.value == pytest.approx((0.17 / 0.385 - 1) * 100)
    assert "split_adjusted" in codes(grown)
    shares = call("growth", company="NVDA", metric="diluted shares", period="FY2023")
    assert abs(shares.value) < 2


def test_caveats_that_the_data_deserves() -> None:
    assert "derived" in codes(call("growth", company="NVDA", metric="revenue", period="Q4 FY2026"))
    assert "long_period" in codes(call("lookup", company="AAPL", metric="revenue", period="FY2023"))
    assert codes(call("lookup", company="AAPL", metric="revenue")) == ["data_cutoff"]
    assert codes(call("trend", company="AAPL", metric="revenue", count=2, frequency="year")) == ["data_cutoff"]
    assert "stale" in codes(call("lookup", company="AAPL", metric="interest income"))
    compared = call("compare", companies=["NVDA", "AAPL"], metric="revenue", period="FY2025")
    assert "fiscal_calendars" in codes(compared)
    assert "Apple FY2025 ends 27 Sep 2025" in compared.warnings[0].message
    assert "fiscal_calendars" not in codes(call("compare", companies=["NVDA", "MRVL"], metric="capex", period="FY2026"))


def test_a_comparison_is_ranked() -> None:
    result = call("compare", companies=["MRVL", "Apple", "NVIDIA"], metric="operating margin", period="FY2025")
    assert [row["company"] for row in result.table] == ["NVIDIA", "Apple", "Marvell"]
    grown = call("compare", companies=["MRVL", "NVDA"], metric="net income", period="FY2026", by="growth")
    assert [row["company"] for row in grown.table] == ["NVIDIA", "Marvell"]


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


def _everything() -> list[Result]:
    """Each tool over each company and metric that it takes, at the latest period."""
    results = []
    for ticker in FILERS:
        for metric in METRICS:
            known = _periods(ticker, metric)
            if known:
                results.append(call("lookup", company=ticker, metric=metric))
            if len(known) > 1:
                results.append(call("trend", company=ticker, metric=metric))
            if known and known[-1].year_earlier() in known:
                results.append(call("growth", company=ticker, metric=metric))
        results += [call("margin", company=ticker, kind=kind) for kind in MARGINS]
    results += [call("share", company="NVDA", part=part) for part in ("Gaming", "Taiwan", "Customer A", "capex")]
    results += [call("breakdown", company="NVDA", by=by) for by in ("segment", "product", "geography")]
    results += [call("concentration", company="NVDA"), call("compare", companies=list(FILERS), metric="revenue")]
    return results


def _periods(ticker: str, metric: str) -> list[Period]:
    try:
        return periods(facts(), ticker, metric)
    except UnknownMetric:
        return []


@pytest.fixture(scope="module")
def everything() -> list[Result]:
    return _everything()


def test_every_result_is_complete_and_json(everything: list[Result]) -> None:
    assert len(everything) > 400
    for result in everything:
        assert result.sentence.endswith("."), result.label
        assert result.formula
        assert result.inputs
        assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["label"] == result.label


def test_every_input_is_quoted_by_a_source(everything: list[Result]) -> None:
    for result in everything:
        cited = " ".join(source.quote for source in result.sources)
        for each in result.inputs:
            if not each.derived and each.unit != "percent":
                assert show(each.value, each.unit) in cited, (result.label, each)
                assert each.accession in {source.accession for source in result.sources}


def test_every_source_is_a_filing_on_edgar(everything: list[Result]) -> None:
    pattern = re.compile(r"https://www\.sec\.gov/Archives/edgar/data/\d+/\d{18}/")
    for result in everything:
        accessions = [source.accession for source in result.sources]
        assert len(accessions) == len(set(accessions))
        for source in result.sources:
            assert pattern.match(source.url)
            assert source.accession.replace("-", "") in source.url


def test_every_chart_is_valid_vega_lite(everything: list[Result]) -> None:
    validator = jsonschema.Draft7Validator(altair.load_schema())
    kinds = {(result.tool, result.unit): result.chart for result in everything if result.chart}
    assert {tool for tool, _ in kinds} >= {
        "lookup",
        "growth",
        "trend",
        "margin",
        "breakdown",
        "concentration",
        "compare",
    }
    for chart in kinds.values():
        assert [error.message for error in validator.iter_errors(chart)] == []


def test_every_tool_has_a_schema_for_a_model() -> None:
    for name, tool in toolbox().items():
        schema = tool.schema()["function"]
        jsonschema.Draft202012Validator.check_schema(schema["parameters"])
        assert (schema["name"], schema["parameters"]["additionalProperties"]) == (name, False)
        assert len(schema["description"]) > 20


amounts = st.floats(1, 1e6)


@given(amounts, amounts)
def test_growth_there_and_back_is_no_growth(new: float, old: float) -> None:
    there, back = arithmetic.growth(new, old), arithmetic.growth(old, new)
    assert (1 + there / 100) * (1 + back / 100) == pytest.approx(1)
    assert arithmetic.cagr(new, old, 1) == pytest.approx(there, rel=1e-6, abs=1e-6)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=10))
def test_the_index_lies_between_equal_shares_and_a_single_holder(shares: list[float]) -> None:
    total = sum(shares)
    index = arithmetic.hhi(arithmetic.ratio(share, total) for share in shares)
    assert 10_000 / len(shares) - 1e-6 <= index <= 10_000 + 1e-6


@pytest.mark.parametrize("base", [0, -1])
def test_no_growth_rate_from_nothing_or_less(base: float) -> None:
    with pytest.raises(NotDefined):
        arithmetic.growth(1, base)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (46_743e6, "USD", "$46,743 million"),
        (-88.2e6, "USD", "-$88.2 million"),
        (0, "USD", "$0 million"),
        (1.08, "USD/share", "$1.08"),
        (0.385, "USD/share", "$0.385"),
        (24_532e6, "shares", "24,532 million shares"),
        (55.603, "percent", "55.6%"),
        (2.71, "percentage points", "+2.7 percentage points"),
        (785.0, "HHI points", "785"),
    ],
)
def test_values_are_shown_as_people_read_them(value: float, unit: str, shown: str) -> None:
    assert show(value, unit) == shown
