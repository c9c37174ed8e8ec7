"""What the viewers of a run have before them, and what changes in it from one frame to the next."""

from dataclasses import dataclass, field

from agent.entries import Entry
from agent.request import Run
from agent.view import View, apply
from apps.answer import Answer
from apps.cards import Items, drawn_from, section
from apps.markup import Markdown

Change = list[str | int | None]
"""`[section, item, html]`; `html` None takes the item away. Or `[section, item, keep, tail]`."""


@dataclass(slots=True)
class Item:
    """A drawn item: its HTML (None: taken away), and the frame in which it last changed."""

    html: str | None
    seq: int


@dataclass(slots=True)
class Screen:
    """All that the frames so far have drawn, and what changes from one to the next."""

    run: Run
    view: View = field(default_factory=View)
    answer: Answer = field(init=False)
    items: dict[str, dict[int, Item]] = field(default_factory=dict)
    _drawn: dict[str, object] = field(default_factory=dict)
    _last: dict[str, Items] = field(default_factory=dict)
    """What each section was last brought to: of the answer, the blocks that were still open."""
    _said: int = 0

    def __post_init__(self) -> None:
        self.answer = Answer(Markdown(self.run.run_id))

    def apply(self, entry: Entry) -> None:
        self.view = apply(self.view, entry)

    @property
    def unrendered(self) -> int:
        return len(self.view.message.answer) - self._said

    def changes(self) -> list[Change]:
        """Draws the view, and returns what has changed since the last call."""
        changed: list[Change] = []
        for name, origin in drawn_from(self.view).items():
            if name not in self._drawn or self._drawn[name] != origin:
                self._drawn[name] = origin
                self._update(name, section(name, self.view, self.run), changed)
        answer = self.view.message.answer
        ended = self.view.stream.phase == "ended"
        if len(answer) > self._said or ended:
            self.answer.markdown.cite([one.index for one in self.view.message.citations])
            settled = self.answer.finished
            self.answer.add(answer[self._said :])
            self.answer.render(closed=ended)
            self._said = len(answer)
            self._update("answer", dict(enumerate(self.answer.blocks[settled:], settled)), changed, settled)
        return changed

    def since(self, seq: int) -> list[Change]:
        """The whole of every item that has changed after the entry `seq`."""
        return [
            [name, i, item.html] for name, items in self.items.items() for i, item in items.items() if item.seq > seq
        ]

    def _update(self, name: str, new: Items, changed: list[Change], first: int = 0) -> None:
        """Brings the items of a section, from the number `first` on, to `new`."""
        seq, items = self.view.stream.seq, self.items.setdefault(name, {})
        for i in self._last.get(name, {}):
            if i >= first and i not in new:
                items[i] = Item(None, seq)
                changed.append([name, i, None])
        self._last[name] = new
        for i, html in new.items():
            old = items.get(i)
            if old is None or old.html != html:
                items[i] = Item(html, seq)
                changed.append(difference(name, i, old.html if old else None, html))


def difference(name: str, item: int, old: str | None, new: str) -> Change:
    """The change from `old` to `new`, as short as a common beginning makes it."""
    keep = _common(old or "", new)
    if keep < 32:
        return [name, item, new]
    # JavaScript counts in UTF-16 units.
    units = keep if new.isascii() else len(new[:keep].encode("utf-16-le")) // 2
    return [name, item, units, new[keep:]]


def _common(a: str, b: str) -> int:
    """Length of the common beginning, found by halving: comparing slices is fast."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
