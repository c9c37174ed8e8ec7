"""PDF, HTML, Markdown and text files as blocks. Whatever a file holds, the answer is its text or `Unreadable`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from agent.errors import FirstlightError
from agent.research.documents.blocks import Block, lines_to_blocks, under

SUFFIXES = {".pdf", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text"}
MAX_BYTES = 64 * 2**20
OPENING = 150  # lines
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
FENCE = re.compile(r"^\s*(```|~~~)")


class Unreadable(FirstlightError):
    """A file that gives no text; the message is the reason, for a person."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, in its order."""

    blocks: tuple[Block, ...]
    title: str = ""
    """Its own, if it has one."""
    opening: str = ""
    """Its first lines, headings included: where a filing says what it is."""


def read_document(path: Path) -> Document:
    """Read one file by its suffix; raises `Unreadable`."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("it is empty")
    if size > MAX_BYTES:
        raise Unreadable(f"it has {size / 2**20:.0f} MB, the limit is {MAX_BYTES // 2**20} MB")
    match path.suffix.lower():
        case ".pdf":
            from agent.research.documents.read_pdf import read_pdf

            document = read_pdf(path)
        case ".html" | ".htm" | ".xhtml":
            from agent.research.documents.read_html import read_html

            document = read_html(decode(path.read_bytes()))
        case ".md" | ".markdown":
            document = read_markdown(decode(path.read_bytes()))
        case ".txt" | ".text":
            lines = decode(path.read_bytes()).splitlines()
            document = Document(tuple(lines_to_blocks(lines)), opening=first_lines(lines))
        case other:
            raise Unreadable(f"{other or 'a file without a suffix'!r} is not PDF, HTML, Markdown or text")
    if not any(block.text.strip() for block in document.blocks):
        raise Unreadable("there is no text in it (a scan has pictures of text only)")
    return document


def read_markdown(text: str) -> Document:
    """Headings become sections; the text keeps its marks, because a quote is verbatim."""
    blocks = tuple(_markdown_blocks(text))
    heading = re.search(r"^#\s+(.+)$", text, re.M)
    return Document(blocks, heading[1].strip() if heading else "", first_lines(text.splitlines()))


def first_lines(lines: Iterable[str]) -> str:
    """Enough lines for a cover and a table of contents, and no more."""
    return "\n".join(line[:500] for line in islice(lines, OPENING))


def decode(raw: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252; raises `Unreadable` for what is not text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    sample = text[:100_000]
    if len(CONTROL.findall(sample)) > len(sample) / 1000 or sample.count("\ufffd") > len(sample) / 50:
        raise Unreadable("it holds binary data, not text")
    return CONTROL.sub("", text)


def _markdown_blocks(text: str) -> Iterator[Block]:
    section, fenced = "", False
    pending: list[str] = []
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else re.match(r"^#{1,6}\s+(.+?)\s*#*$", line)
        if heading or not line.strip():
            yield from _paragraph(pending, section)
            pending = []
            section = under(section, heading[1]) if heading else section
        else:
            pending.append(line.strip())
    yield from _paragraph(pending, section)


def _paragraph(lines: list[str], section: str) -> Iterator[Block]:
    if any(line.startswith(("|", "- ", "* ", "+ ")) or re.match(r"\d+\.\s", line) for line in lines):
        yield from (Block(line, section) for line in lines)
    elif lines:
        yield Block(" ".join(lines), section)
