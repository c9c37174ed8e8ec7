"""Text of a PDF by its pages, without what every page repeats."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]

from agent.research.documents.blocks import Block, lines_to_blocks
from agent.research.documents.readers import Document, Unreadable, first_lines

MAX_PAGES = 2000
EDGE = 3  # lines at the top and at the foot that may be a running title
_pdfium = Lock()  # the library is not safe to enter twice


def read_pdf(path: Path) -> Document:
    """Raises `Unreadable` for an encrypted or broken file and for more than 2,000 pages."""
    with _pdfium:
        pages = list(_pages(path))
    furniture = _furniture(pages)
    blocks: list[Block] = []
    section = ""
    for number, lines in enumerate(pages, 1):
        kept = [line for at, line in enumerate(lines) if not _repeats(line, at, len(lines), furniture)]
        found = list(lines_to_blocks(kept, section, number))
        section = found[-1].section if found else section
        blocks.extend(found)
    return Document(tuple(blocks), opening=first_lines(line for lines in pages for line in lines))


def _pages(path: Path) -> Iterator[list[str]]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as fault:
        reason = "it is encrypted" if "password" in str(fault).lower() else "it is not a PDF that can be opened"
        raise Unreadable(f"{reason} ({fault})") from fault
    try:
        if len(document) > MAX_PAGES:
            raise Unreadable(f"it has {len(document):,} pages, the limit is {MAX_PAGES:,}")
        for index in range(len(document)):
            page = document[index]
            text_page = page.get_textpage()
            text = text_page.get_text_range().replace("\ufffe", "-")
            text_page.close()
            page.close()
            yield [line.strip() for line in text.splitlines() if line.strip()]
    except pypdfium2.PdfiumError as fault:
        raise Unreadable(f"one of its pages cannot be opened ({fault})") from fault
    finally:
        document.close()


def _furniture(pages: list[list[str]]) -> set[str]:
    seen = Counter(shape for lines in pages for shape in {_shape(line) for line in [*lines[:EDGE], *lines[-EDGE:]]})
    return {shape for shape, count in seen.items() if count >= max(3, 0.3 * len(pages))}


def _repeats(line: str, at: int, count: int, furniture: set[str]) -> bool:
    return (at < EDGE or at >= count - EDGE) and (_shape(line) in furniture or line.isdigit())


def _shape(line: str) -> str:
    return re.sub(r"^\d+|\d+$|(?<=page )\d+", "#", line, flags=re.I)
