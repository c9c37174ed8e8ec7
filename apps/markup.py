"""Text of others as safe HTML: the one place of escaping, for both pages.

Everything that came from a model, a document, a tool or a user passes through `text`, `link` or
`Markdown`; nothing else in apps makes HTML of it.
"""

import html
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

PIECE = 2_000
"""Characters of a paragraph that are parsed at once: inline parsing is quadratic at its worst."""
MOST_BRACKETS = 200
"""Opening brackets in a piece: with more, looking for links takes too long."""

_UNSEEN = {c: f"⟨U+{c:04X}⟩" for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_UNSEEN |= {c: chr(0x2400 + c) for c in range(0x20) if chr(c) not in "\t\n"} | {0x7F: "␡", 0x0D: "\n"}
_SENTENCE_END = re.compile(r"[.!?;:]\s|\n")
_MARKER = re.compile(r"\[(\d{1,4})\]")
_TAGS = {"a", "br", "code", "em", "s", "strong"}


def visible(text: str) -> str:
    """The text with what reorders or hides text (bidirectional overrides, control characters) made readable."""
    return text.replace("\r\n", "\n").translate(_UNSEEN)


def clip(text: str, most: int) -> str:
    """At most so many characters, and how many there were."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text):,} characters)"


def text(value: str, most: int = 2_000) -> str:
    """Any text as HTML, fit for elements and quoted attributes."""
    return html.escape(visible(clip(value, most)))


def link(url: str, label: str) -> str:
    """A link where the URL is http or https, else the label alone. `label` is HTML."""
    if not _is_web(url):
        return label
    return f'<a href="{text(url)}" target="_blank" rel="noopener noreferrer">{label}</a>'


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


class Markdown:
    """Markdown of one run as HTML, block by block.

    HTML in it is text, images are text, links lead to http(s) only, and `[n]` leads to the card of
    source n where there is one. A paragraph is rendered in pieces that are remembered, so a block
    that grows at its end is cheap to render again.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._cited: frozenset[int] = frozenset()
        self._inline: dict[str, str] = {}
        self._md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
        self._md.inline.ruler.after("link", "cite", self._cite)
        self._md.validateLink = _is_web  # type: ignore[method-assign]
        for name, rule in {"image": _image, "link_open": _link_open, "fence": _code, "code_block": _code}.items():
            self._md.add_render_rule(name, rule)
        self._md.add_render_rule("rendered", _as_it_is)
        # A definition such as `[1]: https://…` would take the marker away from its card.
        self._blocks_only = MarkdownIt("commonmark", {"html": False}).enable(["table"]).disable(["reference"])
        self._blocks_only.core.ruler.enableOnly(["normalize", "block"])

    def cite(self, indices: Sequence[int]) -> None:
        """From now on these sources have a card."""
        if (cited := frozenset(indices)) != self._cited:
            self._cited = cited
            self._inline.clear()

    def blocks(self, source: str) -> list[tuple[int, str]]:
        """The top-level blocks of the text: the line at which each begins, and its HTML."""
        tokens = self._blocks_only.parse(source)
        found: list[tuple[int, str]] = []
        begin = 0
        for i, token in enumerate(tokens):
            if token.type == "inline":
                html_of = Token("rendered", "", 0, content="".join(map(self._piece, pieces(token.content))))
                token.children = [html_of]
            if token.level == 0 and token.nesting <= 0:
                first = tokens[begin].map or [0]
                found.append((first[0], self._md.renderer.render(tokens[begin : i + 1], self._md.options, {})))
                begin = i + 1
        return found

    def _piece(self, source: str) -> str:
        known = self._inline.get(source)
        if known is None:
            known = html.escape(source) if source.count("[") > MOST_BRACKETS else self._md.renderInline(source)
            known = nh3.clean(
                known,
                tags=_TAGS,
                attributes={"a": {"href", "class", "target", "aria-label"}},
                url_schemes={"http", "https"},
                link_rel="noopener noreferrer",
            )
            if len(self._inline) > 4_000:
                self._inline.clear()
            self._inline[source] = known
        return known

    def _cite(self, state: StateInline, silent: bool) -> bool:
        match = _MARKER.match(state.src, state.pos)
        if match is None or int(match[1]) not in self._cited:
            return False
        if not silent:
            opening = state.push("cite_open", "a", 1)
            opening.attrs = {
                "class": "cite",
                "href": f"#src-{self._run_id}-{int(match[1])}",
                "aria-label": f"Source {int(match[1])}",
            }
            state.push("text", "", 0).content = match[0]
            state.push("cite_close", "a", -1)
        state.pos = match.end()
        return True


def pieces(source: str) -> list[str]:
    """A long paragraph cut at ends of sentences, where no emphasis, code or link is open.

    The cuts depend only on the text before them, so they stay where they are while the text grows.
    """
    found = []
    while len(source) > PIECE:
        cuts = (match.end() for match in _SENTENCE_END.finditer(source, PIECE // 2, 4 * PIECE))
        cut = next((c for c in cuts if _is_closed(source[:c])), None)
        if cut is None:
            if len(source) <= 4 * PIECE:
                break
            cut = PIECE
        found.append(source[:cut])
        source = source[cut:]
    return [*found, source]


def _is_closed(source: str) -> bool:
    even = all(source.count(mark) % 2 == 0 for mark in ("*", "_", "`", "~"))
    return even and source.count("[") == source.count("]") and not source.endswith("\\\n")


def _as_it_is(_self: RendererHTML, tokens: Sequence[Token], i: int, _options: OptionsDict, _env: EnvType) -> str:
    return tokens[i].content


def _image(_self: RendererHTML, tokens: Sequence[Token], i: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[i]
    return html.escape(f"![{token.content}]({token.attrs.get('src', '')})")


def _link_open(self: RendererHTML, tokens: Sequence[Token], i: int, options: OptionsDict, env: EnvType) -> str:
    tokens[i].attrs = {"href": tokens[i].attrs.get("href", ""), "target": "_blank", "rel": "noopener noreferrer"}
    return self.renderToken(tokens, i, options, env)


def _code(_self: RendererHTML, tokens: Sequence[Token], i: int, _options: OptionsDict, _env: EnvType) -> str:
    return f"<pre><code>{html.escape(tokens[i].content)}</code></pre>"
