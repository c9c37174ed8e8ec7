"""The provenance of every number that a tool gives: inputs, sources, filings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agent.research.figures.facts import facts
from agent.research.figures.filers import FILERS
from agent.research.figures.measures import MARGINS
from agent.research.figures.metrics import METRICS, UnknownMetric
from agent.research.figures.periods import Period
from agent.research.figures.quantities import periods
from agent.research.figures.results import Result, show
from agent.research.figures.tools import toolbox


def call(tool: str, **arguments: Any) -> Result:
    return toolbox()[tool].call(arguments)


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


def test_cards_speak_in_words_and_the_tags_stay_with_the_inputs(everything: list[Result]) -> None:
    tag = re.compile(r"us-gaap|[a-z][A-Z]")
    for result in everything:
        said = [source.locator for source in result.sources]
        assert [text for text in said if tag.search(text)] == []
        assert all(":" in given.concept for given in result.inputs if not given.derived), result.label
    [card] = call("concentration", company="NVDA").sources
    assert card.locator == "concentration risk, share of revenue by customer"


def test_what_is_computed_by_us_is_told_once() -> None:
    total = call("trailing_twelve_months", company="NVDA", metric="revenue", period="Q1 FY2027")
    assert [caveat.message for caveat in total.warnings] == [
        "Computed by us, not published as such: revenue of Q4 FY2026 (year less nine months)."
    ]
