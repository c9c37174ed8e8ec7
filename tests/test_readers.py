"""From files to passages: what is text, a heading, a row, and what a cover says."""

from pathlib import Path

import pytest

from agent.research.documents.blocks import is_heading, is_row, lines_to_blocks
from agent.research.documents.cover import read_cover
from agent.research.documents.passages import LONGEST, to_passages
from agent.research.documents.readers import Unreadable, decode, read_document
from tests.hand_made_pdf import COVER, pdf


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "x" * 1_000_000, "Sentence one. " * 80_000, "a,b;" * 250_000], ids=str.split
)
def test_a_line_of_a_megabyte_becomes_passages_of_bounded_length(tmp_path: Path, text: str) -> None:
    path = tmp_path / "long.txt"
    path.write_text(text)
    passages = to_passages(read_document(path), "long.txt")
    assert max(len(passage.text.split()) for passage in passages) <= LONGEST
    assert max(len(passage.text) for passage in passages) <= 13 * LONGEST
    assert sum(len("".join(passage.text.split())) for passage in passages) == len("".join(text.split()))


def test_deeply_nested_html_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<div><span>" * 3_000 + "The needle is here." + "</span></div>" * 3_000)
    assert "The needle is here." in " ".join(block.text for block in read_document(path).blocks)


def test_what_every_page_repeats_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(
        pdf(*(["ACME AND SUBSIDIARIES", f"Plant number {n} is in town {n}.", f"Page {n}"] for n in range(9)))
    )
    text = [block.text for block in read_document(path).blocks]
    assert text == [f"Plant number {n} is in town {n}." for n in range(9)]


def test_wrapped_lines_are_joined_and_rows_kept_apart() -> None:
    lines = [
        "Gross Margin",
        "Our gross margin rose because the mix of what we sold was better than in the year",
        "before, and because of lower provisions.",
        "Revenue $ 46,743 $ 30,040",
        "Cost of revenue 12,890 7,466",
        "• Lower freight",
    ]
    assert [(block.section, block.text[:30]) for block in lines_to_blocks(lines)] == [
        ("Gross Margin", "Our gross margin rose because "),
        ("Gross Margin", "Revenue $ 46,743 $ 30,040"),
        ("Gross Margin", "Cost of revenue 12,890 7,466"),
        ("Gross Margin", "• Lower freight"),
    ]


@pytest.mark.parametrize(
    ("line", "heading", "row"),
    [
        ("Item 7. Management's Discussion", True, False),
        ("Liquidity and Capital Resources", True, False),
        ("Six Months Ended", False, False),
        ("Total 5 6", False, True),
        ("We sold more in fiscal years 2026 and 2025", False, False),
        ("Revenue was $46,743 million.", False, False),
        ("Inventories $ 14,962", False, True),
    ],
)
def test_headings_and_rows_are_told_from_prose(line: str, heading: bool, row: bool) -> None:
    assert (is_heading(line), is_row(line)) == (heading, row)


@pytest.mark.parametrize(
    ("body", "stem", "period"),
    [
        ("", "2023 Q2 ACME", "Q2 2023"),
        ("In the second quarter of fiscal year 2026 we grew.", "acme-10q-2025-08-27", "Q2 2026"),
        ("", "acme-10q-2025-08-27", "Q3 2025"),
        ("", "acme fy25", "FY2025"),
    ],
)
def test_the_period_is_taken_from_the_name_then_the_text_then_the_date(body: str, stem: str, period: str) -> None:
    assert read_cover("\n".join(COVER), body, stem).period == period


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("für".encode(), "für"),
        ("für".encode("utf-8-sig"), "für"),
        ("für".encode("utf-16"), "für"),
        ("für €".encode("cp1252"), "für €"),
    ],
)
def test_text_is_decoded_as_it_was_written(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_binary_data_is_not_text() -> None:
    with pytest.raises(Unreadable, match="binary"):
        decode(bytes(range(256)) * 10)
