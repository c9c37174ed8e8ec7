"""The companies of the facts table, as EDGAR knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filer:
    ticker: str
    name: str
    cik: int
    year_end: str
    """When its fiscal year ends, for a person."""


FILERS: dict[str, Filer] = {
    filer.ticker: filer
    for filer in (
        Filer("AAPL", "Apple", 320193, "late September"),
        Filer("GOOGL", "Alphabet", 1652044, "December"),
        Filer("MRVL", "Marvell", 1835632, "late January"),
        Filer("NVDA", "NVIDIA", 1045810, "late January"),
    )
}


def folder_url(ticker: str, accession: str) -> str:
    """The EDGAR folder of one filing, ending in a slash."""
    return f"https://www.sec.gov/Archives/edgar/data/{FILERS[ticker].cik}/{accession.replace('-', '')}/"
