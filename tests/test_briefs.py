"""The briefs that ship with the product, and the checker that keeps them honest."""

from collections import Counter
from pathlib import Path

import pytest

from agent.research.data.brief_sources import Evidence, Filing, numbers, stems
from agent.research.data.check_briefs import BRIEFS, Brief, check, check_form, check_numbers, check_words, read_briefs

SOURCES = Path(__file__).parents[2] / "shared/data"

needs_filings = pytest.mark.skipif(not SOURCES.exists(), reason="the filings are not part of the repository")


def brief(text: str, **fields: str) -> Brief:
    known = {
        "id": "acme-10k-2025-sales",
        "ticker": "ACME",
        "company": "Acme",
        "form": "10-K",
        "period": "FY2025",
        "period_end": "2025-01-26",
        "filed": "2025-02-26",
        "accession": "0000000001-25-000001",
        "url": "https://www.sec.gov/Archives/edgar/data/1/000000000125000001/acme.htm",
        "section": "Item 7",
        "topic": "revenue",
        "title": "Sales",
    }
    return Brief.model_validate(known | {"text": text} | fields)


def filing(*sentences: str) -> Filing:
    return Filing(tuple(Evidence(stems(text), frozenset(numbers(text))) for text in sentences))


def test_every_brief_is_well_formed() -> None:
    assert check(read_briefs()) == []


def test_there_are_enough_briefs_to_answer_from() -> None:
    count = Counter(brief.ticker for brief in read_briefs())
    assert count["NVDA"] >= 70
    assert count.total() >= 120


@pytest.mark.data
@needs_filings
def test_no_brief_copies_a_filing_and_every_number_stands_in_its_own() -> None:
    assert check(read_briefs(), SOURCES) == []


@pytest.mark.data
@needs_filings
def test_a_changed_figure_of_a_shipped_brief_is_found() -> None:
    honest = next(brief for brief in read_briefs() if brief.id == "nvda-10q-2026q2-buyback")
    forged = honest.model_copy(update={"text": honest.text.replace("$9.7 billion", "$9.8 billion")})
    assert [fault for fault in check([forged], SOURCES) if "9.8 billion" in fault]


def test_a_line_that_is_no_brief_is_named(tmp_path: Path) -> None:
    (tmp_path / "acme.jsonl").write_text((BRIEFS / "nvda.jsonl").read_text(encoding="utf-8").splitlines()[0] + "\n{}\n")
    with pytest.raises(ValueError, match=r"acme\.jsonl:2"):
        read_briefs(tmp_path)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"text": "Acme sold anvils."}, "3 words, expected 30 to 130"),
        ({"url": "https://www.sec.gov/Archives/edgar/data/1/000000000125000002/acme.htm"}, "is not of accession"),
        ({"filed": "2025-01-20"}, "before its period ended"),
        ({"company": "Bolt"}, "does not name 'Bolt'"),
    ],
)
def test_form_faults(fields: dict[str, str], fault: str) -> None:
    text = fields.pop("text", "Acme sold anvils. " * 12)
    assert [fault in found for found in check_form([brief(text, **fields)])] == [True]


def test_an_id_is_used_once() -> None:
    same = brief("Acme sold anvils. " * 12)
    assert list(check_form([same, same])) == ["acme-10k-2025-sales: id is used twice"]


def test_a_copied_clause_is_found_whatever_its_case_and_punctuation() -> None:
    source = "We sold more anvils, in every region; than in any year before."
    assert list(check_words([brief("Acme sold more anvils in every region than in 2024.")], [source])) == [
        "acme-10k-2025-sales: copied 'sold more anvils in every region than in'"
    ]
    assert list(check_words([brief("Acme sold more anvils in all regions than in 2024.")], [source])) == []


@pytest.mark.parametrize(
    "text",
    [
        "Acme's anvil revenue was $46.7 billion.",
        "Acme's anvil revenue was $46,743 million.",
        "Acme's anvil revenue grew 56%.",
        "Acme's anvil and hammer revenue came to 39%, computed as 23% plus 16%.",
        "Acme names 10-K, H20 and FY2025 without stating a number.",
    ],
)
def test_numbers_that_the_filing_supports(text: str) -> None:
    source = filing("Anvil revenue was $46,743 million, up 56%.", "Anvil revenue was 23% and hammer revenue 16%.")
    assert list(check_numbers(brief(text), source)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Acme's anvil revenue was $46.8 billion.",
        "Acme's anvil revenue was $56 million.",
        "Acme's anvil revenue grew 39%.",
        "Acme's anvil and hammer revenue came to 40%, computed as 23% plus 16%.",
        "Acme's dividend was 56%.",
    ],
)
def test_numbers_that_the_filing_does_not_support(text: str) -> None:
    source = filing("Anvil revenue was $46,743 million, up 56%.", "Anvil revenue was 23% and hammer revenue 16%.")
    assert len(list(check_numbers(brief(text), source))) == 1
