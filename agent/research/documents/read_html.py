"""Text of an HTML page or an inline-XBRL filing: table rows, paragraphs, and the headings over them."""

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from agent.research.documents.blocks import Block, is_heading, under
from agent.research.documents.readers import Document, first_lines

DROPPED = ["script", "style", "noscript", "template", "svg", "nav", "ix\\:header", "head"]
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {
    "p", "div", "li", "tr", "section", "article", "blockquote", "pre", "dd", "dt", "caption", "figcaption", "td", "body"
}  # fmt: skip
MAX_CLIMB = 64  # inline tags inside each other; deeper is an attack, not a page


def read_html(text: str) -> Document:
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    name = " ".join(title.text().split()) if title else ""
    for tag in DROPPED:
        for node in tree.css(tag):
            node.decompose()
    runs = list(_runs(tree))
    return Document(tuple(_blocks(runs)), name, first_lines(text for _, text in runs))


def _blocks(runs: Iterable[tuple[str, str]]) -> Iterator[Block]:
    section = ""
    for tag, text in runs:
        if tag in HEADINGS or (tag != "tr" and is_heading(text)):
            section = under(section, text)
        else:
            yield Block(text, section)


def _runs(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """`(tag, text)` of each run of text that has the same block around it."""
    around, tag, parts = -1, "", list[str]()
    for node in tree.body.traverse(include_text=True) if tree.body else ():
        if not node.is_text_node:
            continue
        block = _block_of(node)
        if block.mem_id != around and parts:
            yield from _joined(tag, parts)
            parts = []
        around, tag = block.mem_id, block.tag or ""
        parts.append(node.text_content or "")
    yield from _joined(tag, parts)


def _block_of(node: LexborNode) -> LexborNode:
    """The row that holds the text, else the nearest block."""
    nearest: LexborNode | None = None
    parent = node.parent
    for _ in range(MAX_CLIMB):
        if parent is None or parent.tag in ("table", "body"):
            break
        if parent.tag == "tr":
            return parent
        if nearest is None and parent.tag in BLOCKS:
            nearest = parent
        parent = parent.parent
    return nearest or parent or node


def _joined(tag: str, parts: list[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(" ".join(parts).split()) if tag == "tr" else " ".join("".join(parts).split())
    if text:
        yield tag, text
