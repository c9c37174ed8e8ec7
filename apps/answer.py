"""An answer that grows: finished blocks are rendered once, only the open end of it again."""

import re

from apps.markup import Markdown, visible

MOST_OPEN = 32_000
"""Characters of one block; what is longer is cut in two, so that no frame takes long to render."""

_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_BROKEN_OFF = re.compile(r"[ \t]*\[\d{0,4}[ \t]*\Z|(?<!\S)\*\*[ \t]*\Z")
_STILL_BOLD = re.compile(r"(?:^|[\s(])\*\*(?=\S)[^*\n]*\Z")
_ENDS_IN_CODE = re.compile(r"</pre>\s*(</\w+>\s*)*\Z")
_HALF_A_MARK = re.compile(r"(?:[*_`~]+|!?\[[^\]\n]{0,40}|\[[^\]\n]{0,40}\]\([^)\n]{0,200})$")


class Answer:
    """`blocks` is the HTML of the text so far; the first `finished` of them will not change any more.

    However the text was cut in parts, the blocks are the same once it is closed.
    """

    def __init__(self, markdown: Markdown) -> None:
        self.markdown = markdown
        self.blocks: list[str] = []
        self.finished = 0
        self._open = ""
        self._held = ""

    def add(self, part: str) -> None:
        """More of the text; `render` brings it into `blocks`."""
        part = self._held + part
        # The two characters of a line end may come in two parts.
        self._held = "\r" if part.endswith("\r") else ""
        self._open += visible(part.removesuffix("\r"))

    def render(self, *, closed: bool = False) -> None:
        if closed:
            self._open += visible(self._held)
            self._held = ""
        while len(self._open) > MOST_OPEN:
            self._finish(self._open[:MOST_OPEN])
        source = self._open
        found = self._whole(source) if closed else self.markdown.blocks(_tidy(source))
        del self.blocks[self.finished :]
        self.blocks += [html for _, html in found]
        settled = len(found) if closed else _settled(source, [line for line, _ in found])
        if settled:
            self.finished += settled
            self._open = "" if closed else source[_offset(source, found[settled][0]) :]

    def _whole(self, source: str) -> list[tuple[int, str]]:
        """The blocks of an answer that has ended, perhaps stopped in the middle of a word: half a marker is not drawn,
        and bold text is bold to its end."""
        found = self.markdown.blocks(source)
        if not found or _ENDS_IN_CODE.search(found[-1][1]):
            return found
        ended = _BROKEN_OFF.sub("", source)
        line = ended[ended.rfind("\n") + 1 :]
        if line.count("**") % 2 and _STILL_BOLD.search(line):
            ended = ended.rstrip() + "**"
        return found if ended == source else self.markdown.blocks(ended)

    def _finish(self, source: str) -> None:
        """Takes from the beginning of the text what is settled, or all of `source` if one block fills it."""
        found = self.markdown.blocks(source)
        settled = _settled(source, [line for line, _ in found])
        if settled:
            end = _offset(source, found[settled][0])
        else:
            end = source.rfind("\n") + 1 or len(source)
            found = self.markdown.blocks(source[:end])
            settled = len(found)
        del self.blocks[self.finished :]
        self.blocks += [html for _, html in found[:settled]]
        self.finished = len(self.blocks)
        self._open = self._open[end:]


def blocks_of(markdown: Markdown, text: str) -> list[str]:
    """A whole answer as HTML blocks."""
    answer = Answer(markdown)
    answer.add(text)
    answer.render(closed=True)
    return answer.blocks


def _settled(source: str, lines: list[int]) -> int:
    """How many blocks are over: those before one that begins on a line that is complete itself."""
    complete = source.count("\n")
    return max((i for i, line in enumerate(lines) if line < complete), default=0)


def _offset(source: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = source.index("\n", at) + 1
    return at


def _tidy(source: str) -> str:
    """The text without a mark that is still being written, and with emphasis closed that is still open."""
    if len(_FENCE.findall(source)) % 2:
        return source
    source = _HALF_A_MARK.sub("", source)
    end = source[source.rfind("\n") + 1 :]
    for mark in ("`", "**"):
        if end.count(mark) % 2:
            return source + mark
    return source
