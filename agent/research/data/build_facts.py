"""Generate facts.csv, filings.csv and dimensions.csv from published companyfacts JSON and inline-XBRL filings.

    python -m agent.research.data.build_facts FOLDER OUT

FOLDER holds `*_companyfacts.json` (data.sec.gov/api/xbrl/companyfacts) and inline-XBRL filings named
`<ticker>-<form>-<filed>.html`. SOURCES.md describes the columns.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from agent.errors import UsageError
from agent.research.data.calendar import span_of
from agent.research.data.companyfacts import Company, Row
from agent.research.data.inline_xbrl import document_name, read_parts
from agent.research.figures.filers import folder_url

FACTS = (
    "ticker metric period fiscal_year fiscal_quarter start end value unit concept form accession filed derived operands"
)
FILINGS = "accession ticker form filed fiscal_year fiscal_quarter"
DIMENSIONS = (
    "ticker metric breakdown member basis scope period fiscal_year fiscal_quarter start end value unit concept dims "
    "form accession filed url"
)

Line = list[object]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds *_companyfacts.json and the inline-XBRL filings")
    parser.add_argument("out", type=Path, help="where the three tables are written")
    arguments = parser.parse_args()
    try:
        build(arguments.folder, arguments.out)
    except UsageError as error:
        parser.error(str(error))


def build(folder: Path, out: Path) -> None:
    """Write the three tables; the same input gives the same bytes. Raises UsageError for a folder without figures."""
    companies = [Company(json.loads(path.read_text())) for path in sorted(folder.glob("*_companyfacts.json"))]
    if not companies:
        raise UsageError(f"no *_companyfacts.json in {str(folder)!r}")
    companies.sort(key=lambda company: company.ticker)
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "facts.csv", FACTS, (line for company in companies for line in fact_lines(company)))
    _write(out / "filings.csv", FILINGS, (line for company in companies for line in filing_lines(company)))
    by_ticker = {company.ticker: company for company in companies}
    reports = sorted(folder.glob("*-10[kq]-*.html"))
    _write(out / "dimensions.csv", DIMENSIONS, (line for path in reports for line in part_lines(path, by_ticker)))


def fact_lines(company: Company) -> Iterator[Line]:
    for metric, rows in sorted(company.metrics.items()):
        kept = {slot: row for slot, row in rows.items() if slot[0] in ("Q", "FY", "I")}
        for (span, year, quarter), row in sorted(kept.items(), key=lambda item: (item[1].end, item[0])):
            yield [company.ticker, metric, span, year, "" if span == "FY" else quarter, *_figure(row)]
    for row in company.splits:
        yield [company.ticker, "stock_split", "I", *(company.calendar.quarter_of(row.end)), *_figure(row)]


def _figure(row: Row) -> Line:
    operands = " ".join(f"{accession}:{_number(value)}" for accession, value in row.operands)
    figure = [row.start or "", row.end, _number(row.value), row.unit, row.concept]
    return [*figure, row.form, row.accession, row.filed, row.derived, operands]


def filing_lines(company: Company) -> Iterator[Line]:
    cited = set(company.cited())
    for accession, (form, filed, (year, quarter)) in sorted(company.filings().items(), key=lambda item: item[1][1]):
        if accession in cited:
            yield [accession, company.ticker, form, filed, year, "" if form.startswith("10-K") else quarter]


def part_lines(path: Path, companies: dict[str, Company]) -> Iterator[Line]:
    ticker, form, filed = _named(path)
    company = companies[ticker]
    accession = next(
        accession
        for accession, (filing_form, day, _) in company.filings().items()
        if filing_form == form and day == filed
    )
    url = folder_url(ticker, accession) + document_name(path)
    for part in read_parts(path):
        at, span = company.calendar.quarter_ended(part.end), span_of(part.start, part.end)
        if at is None or span is None:
            continue
        # A share of receivables is tagged with the year to date, but it is a share of a balance on the last day.
        period = "I" if part.basis == "accounts_receivable" else span
        where = [part.metric, part.breakdown, part.member, part.basis, part.scope]
        when: Line = [period, at[0], "" if period == "FY" else at[1], part.start, part.end]
        what = [_number(part.value), part.unit, part.concept, part.dims]
        yield [ticker, *where, *when, *what, form, accession, filed, url]


def _named(path: Path) -> tuple[str, str, date]:
    ticker, form, filed = path.stem.split("-", 2)
    return ticker.upper(), f"{form[:2]}-{form[2:].upper()}", date.fromisoformat(filed)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _write(path: Path, header: str, lines: Iterable[Line]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(lines)


if __name__ == "__main__":
    main()
