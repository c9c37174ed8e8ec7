"""From the blocks of a document to passages of about 200 words, none over the end of a page."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from agent.research.documents.blocks import Block
from agent.research.documents.cover import read_cover
from agent.research.documents.readers import Document, Unreadable
from agent.research.search.corpus import Passage
from agent.research.search.rows import LONGEST as HEADING
from agent.research.search.rows import is_heading_of_columns, is_row
from agent.research.search.sentences import split_sentences

TARGET, LONGEST, SHORTEST = 220, 320, 140  # words
MAX_WORD = 1000  # characters without a space
MAX_PASSAGES = 20_000


def to_passages(document: Document, source: str) -> tuple[Passage, ...]:
    """The passages of a document; `source` is its path in the folder. Raises `Unreadable` above 20,000."""
    stem = source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    cover = read_cover(document.opening, "\n".join(block.text for block in document.blocks), stem)
    described = f"{cover.company} {cover.form} {cover.period}".strip()
    title = described if cover.company else document.title[:150] or stem
    passages: list[Passage] = []
    for text, section, page in _packed(document.blocks):
        if len(passages) == MAX_PASSAGES:
            raise Unreadable(f"it has more than {MAX_PASSAGES:,} passages")
        passages.append(
            Passage(
                id=f"{source}#{len(passages) + 1}",
                text=text,
                title=title,
                ticker=cover.ticker,
                company=cover.company,
                form=cover.form,
                period=cover.period,
                period_end=cover.period_end,
                section=section,
                source=source,
                page=page,
            )
        )
    return tuple(passages)


def _packed(blocks: Iterable[Block]) -> Iterator[tuple[str, str, int | None]]:
    for page, on_page in groupby(blocks, key=lambda block: block.page):
        texts: list[str] = []
        section, count, columns = "", 0, ""
        for block in on_page:
            for piece in _pieces(block.text):
                size = max(len(piece.split()), len(piece) // 8)
                moved = block.section != section and count >= SHORTEST
                if texts and (moved or count >= TARGET or count + size > LONGEST):
                    yield "\n".join(texts), section, page
                    within = is_row(piece) and is_row(texts[-1]) and not moved
                    texts, count = [columns] if columns and within else [], 0
                if is_heading_of_columns(piece):
                    columns = piece if len(piece) <= HEADING else ""
                section = section if texts else block.section
                texts.append(piece)
                count += size
        if texts:
            yield "\n".join(texts), section, page


def _pieces(text: str) -> Iterator[str]:
    """A block of at most `LONGEST` words as it is; a longer one cut between sentences, or else between words."""
    if len(text) < LONGEST * 4 or (len(text.split()) <= LONGEST and len(text) < LONGEST * 12):
        yield text
        return
    start, count = 0, 0
    for begin, end in split_sentences(text):
        size = len(text[begin:end].split())
        if count and count + size > LONGEST:
            yield text[start:begin].strip()
            start, count = begin, 0
        if size > LONGEST or end - begin > LONGEST * 12:
            yield from _cut(text[begin:end])
            start, count = end, 0
        else:
            count += size
    if text[start:].strip():
        yield text[start:].strip()


def _cut(text: str) -> Iterator[str]:
    words = [word[at : at + MAX_WORD] for word in text.split() for at in range(0, len(word), MAX_WORD)]
    part: list[str] = []
    size = 0
    for word in words:
        if part and (len(part) == LONGEST or size + len(word) > LONGEST * 12):
            yield " ".join(part)
            part, size = [], 0
        part.append(word)
        size += len(word) + 1
    if part:
        yield " ".join(part)
