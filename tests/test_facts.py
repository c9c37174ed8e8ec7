"""The facts table: what it holds, how it is read, and that it is what build_facts makes of the published data."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import UsageError
from agent.research.data.build_facts import build
from agent.research.data.calendar import FiscalCalendar, span_of
from agent.research.figures.facts import DATA, Fact, Facts, UnknownCompany, facts
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS, UnknownMetric, metric_named, metrics_in
from agent.research.figures.parts import parts
from agent.research.figures.periods import Period, UnknownPeriod, periods_in

RAW = Path(__file__).resolve().parents[2] / "shared" / "data" / "sec-raw"
ROUNDING = {"NVDA": 2e6, "GOOGL": 2e6, "AAPL": 2e6, "MRVL": 4e5}
AS_TAGGED = {("MRVL", "sga", 2023)}

quarters = st.builds(Period, st.integers(2000, 2099), st.sampled_from([1, 2, 3, 4]))
periods = quarters | st.builds(Period, st.integers(2000, 2099))


@pytest.mark.data
@pytest.mark.skipif(not RAW.exists() and not os.environ.get("CI"), reason="needs ../shared/data")
def test_the_committed_tables_are_what_the_published_data_gives(tmp_path: Path) -> None:
    build(RAW, tmp_path)
    for name in ("facts.csv", "filings.csv", "dimensions.csv"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_a_folder_without_figures_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing_here"):
        build(tmp_path / "nothing_here", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_table_loads_in_50_ms_of_cpu() -> None:
    spent = []
    for _ in range(3):
        started = time.process_time()
        Facts().lookup("NVDA", "revenue", Period(2026, 2))
        spent.append(time.process_time() - started)
    assert min(spent) < 0.05


@pytest.mark.parametrize(
    ("ticker", "metric", "period", "end", "value"),
    [
        ("NVDA", "revenue", Period(2026, 2), date(2025, 7, 27), 46_743e6),
        ("NVDA", "revenue", Period(2026), date(2026, 1, 25), 215_938e6),
        ("NVDA", "eps_diluted", Period(2026, 2), date(2025, 7, 27), 1.08),
        ("NVDA", "cash", Period(2025), date(2025, 1, 26), 8_589e6),
        ("AAPL", "revenue", Period(2025), date(2025, 9, 27), 416_161e6),
        ("AAPL", "revenue", Period(2026, 1), date(2025, 12, 27), 143_756e6),
        ("GOOGL", "revenue", Period(2025), date(2025, 12, 31), 402_836e6),
        ("MRVL", "net_income", Period(2025), date(2025, 2, 1), -885e6),
        ("MRVL", "revenue", Period(2024), date(2024, 2, 3), 5_507.7e6),
    ],
)
def test_published_figures_stand_under_the_companys_own_fiscal_period(
    ticker: str, metric: str, period: Period, end: date, value: float
) -> None:
    fact = facts().lookup(ticker, metric, period)
    assert (fact.end, fact.value, fact.derived) == (end, value, "")


def test_a_quarter_that_is_only_published_year_to_date_is_subtracted_and_says_so() -> None:
    fact = facts().lookup("NVDA", "share_repurchases", Period(2026, 2))
    assert (fact.value, fact.derived) == (9_720e6, "H1-Q1")
    assert [operand.value for operand in fact.operands] == [23_815e6, 14_095e6]
    titles = [facts().filings[operand.accession].title for operand in fact.operands]
    assert titles == ["NVIDIA 10-Q, Q2 FY2026", "NVIDIA 10-Q, Q1 FY2026"]


def test_quarters_add_up_to_their_year() -> None:
    by_year: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
    for ticker in FILERS:
        for metric in METRICS.values():
            if metric.kind == "flow" and metric.unit == "USD" and facts().has(ticker, metric.name):
                for fact in facts().series(ticker, metric.name):
                    by_year[ticker, metric.name, fact.period.year].append(fact)
    full = {key: found for key, found in by_year.items() if len(found) == 4 and key not in AS_TAGGED}
    years = {key: facts().lookup(key[0], key[1], Period(key[2])).value for key in full}
    off = {
        key: (sum(fact.value for fact in found), years[key])
        for key, found in full.items()
        if abs(sum(fact.value for fact in found) - years[key]) > ROUNDING[key[0]]
    }
    assert len(full) > 500
    assert off == {}


def test_statements_of_every_period_are_consistent() -> None:
    for ticker in FILERS:
        for period in facts().periods(ticker, "revenue"):
            revenue, cost, gross, income = (
                facts().lookup(ticker, metric, period).value
                for metric in ("revenue", "cost_of_revenue", "gross_profit", "operating_income")
            )
            operating = facts().lookup(ticker, "operating_expenses", period).value
            assert revenue - cost == pytest.approx(gross, abs=2e6)
            assert gross - operating == pytest.approx(income, abs=2e6)


def test_periods_of_a_series_follow_each_other_day_by_day() -> None:
    for ticker in FILERS:
        found = facts().series(ticker, "revenue")
        for before, after in pairwise(found):
            assert after.period.quarter_earlier() == before.period
            assert after.start is not None
            assert (after.start - before.end).days == 1


def test_every_row_cites_a_filing_that_is_listed() -> None:
    for ticker in FILERS:
        for metric in METRICS:
            for yearly in (False, True):
                for fact in facts().series(ticker, metric, yearly) if facts().has(ticker, metric) else []:
                    filing = facts().filings[fact.accession]
                    assert (filing.ticker, filing.filed) == (ticker, fact.filed)
                    assert filing.filed > fact.end
                    assert all(operand.accession in facts().filings for operand in fact.operands)


def test_long_years_are_seen() -> None:
    assert facts().lookup("AAPL", "revenue", Period(2023)).weeks == 53
    assert facts().lookup("AAPL", "revenue", Period(2023, 1)).weeks == 14
    assert facts().lookup("MRVL", "revenue", Period(2024)).weeks == 53
    assert facts().lookup("NVDA", "revenue", Period(2025)).weeks == 52


def test_restated_eps_is_the_latest_filed() -> None:
    assert facts().lookup("NVDA", "eps_diluted", Period(2024)).value == 1.19
    assert [(split.ticker, split.value) for split in facts().splits("NVDA")] == [("NVDA", 4), ("NVDA", 10)]


def test_what_is_missing_is_said_with_what_there_is() -> None:
    with pytest.raises(UnknownPeriod, match=r"'FY2010'; available are FY2019 to FY2026"):
        facts().lookup("NVDA", "revenue", Period(2010))
    with pytest.raises(UnknownPeriod, match=r"'Q4 FY2026'.*not published for a fourth quarter"):
        facts().lookup("NVDA", "eps_diluted", Period(2026, 4))
    with pytest.raises(UnknownMetric, match=r"Alphabet has no figure for 'depreciation_amortization'; .*depreciation"):
        facts().lookup("GOOGL", "depreciation_amortization", Period(2025))
    with pytest.raises(UnknownMetric, match=r"'revenu'; did you mean revenue"):
        metric_named("revenu")
    with pytest.raises(UnknownCompany, match=r"'TSLA'; the table holds .*NVIDIA \(NVDA\)"):
        facts().lookup("TSLA", "revenue", Period(2025))


def test_parts_of_a_breakdown_add_up_to_revenue() -> None:
    checked = 0
    for breakdown in ("segment", "product", "geography"):
        for period in parts().periods("NVDA", breakdown):
            found = parts().of("NVDA", breakdown, "revenue", period)
            whole = facts().lookup("NVDA", "revenue", period).value
            assert sum(part.value for part in found if part.within is None) == whole
            checked += 1
    assert checked == 15


def test_no_prose_of_filings_is_in_the_tables() -> None:
    tables = [(DATA / name).read_text() for name in ("facts.csv", "filings.csv", "dimensions.csv")]
    lines = [line for table in tables for line in table.splitlines()]
    assert max(len(cell.split()) for line in lines for cell in line.split(",")) <= 8


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Q2 FY2026", Period(2026, 2)),
        ("2Q26", Period(2026, 2)),
        ("Q4'25", Period(2025, 4)),
        ("second quarter of fiscal year 2026", Period(2026, 2)),
        ("FY2026 Q2", Period(2026, 2)),
        ("fiscal 2025", Period(2025)),
        ("FY25", Period(2025)),
        ("2025", Period(2025)),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["Q5 FY2026", "last summer", "Q2", "FY2025 and FY2024", "$2,025 million", ""])
def test_a_period_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(UnknownPeriod) as caught:
        Period.parse(text)
    assert repr(text) in str(caught.value)


def test_periods_in_a_question_come_in_its_order() -> None:
    text = "How did revenue change from Q2 FY2025 to the second quarter of fiscal 2026, and in FY24, by 2,025 million?"
    assert periods_in(text) == [Period(2025, 2), Period(2026, 2), Period(2024)]


def test_metrics_in_a_question_take_the_longest_name() -> None:
    text = "What were NVIDIA's free cash flow, operating profit margin and R&D?"
    assert [metric.name for metric in metrics_in(text)] == [
        "free_cash_flow",
        "operating_margin",
        "research_and_development",
    ]


@given(periods)
def test_a_period_reads_back_what_it_shows(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert period.year_earlier() < period


@given(quarters, quarters)
def test_quarters_are_ordered_as_on_a_calendar(one: Period, other: Period) -> None:
    assert (one < other) == ((one.year, one.quarter or 0) < (other.year, other.quarter or 0))
    assert one.quarter_earlier() < one < Period(one.year)
    assert one.back(5)[0] == one.year_earlier()


@given(st.integers(0, 3), st.integers(-5, 5))
def test_a_quarter_is_found_by_date_distance(left: int, shift: int) -> None:
    end = date(2025, 1, 26)
    calendar = FiscalCalendar.from_reports({date(2024, 1, 28), end}, (end, 2025))
    day = date.fromordinal(end.toordinal() - 91 * left + shift)
    assert calendar.quarter_ended(day) == (2025, 4 - left)
    assert calendar.quarter_ended(date.fromordinal(day.toordinal() + 45)) is None


def test_a_span_is_told_by_its_length() -> None:
    assert span_of(date(2025, 4, 28), date(2025, 7, 27)) == "Q"
    assert span_of(date(2023, 1, 29), date(2024, 2, 3)) == "FY"
    assert span_of(date(2025, 4, 28), date(2025, 9, 27)) is None
