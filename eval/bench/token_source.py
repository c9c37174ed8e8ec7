"""What every page under test shows: the same markdown at a steady rate, each token stamped.

The question is the order, so that pages that know nothing of a benchmark can pass it on. Each token
carries its number in its text, such as `Zk0123`; when it was due and when it was said is written to
the folder that `FIRSTLIGHT_BENCH_STAMPS` names, after the last one, so that stamping costs nothing meanwhile.
"""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.events import Event, Status, Token
from agent.request import Request

FOLDER = "FIRSTLIGHT_BENCH_STAMPS"
_ORDER = re.compile(r"Say (\d+) tokens at ([\d.]+)/s after ([\d.]+) s of (silence|blocking), series (Z\w)")


@dataclass(frozen=True)
class Order:
    """What a page is asked for."""

    series: str
    """Two characters before the number of every token, a series of its own for each question of a page."""
    tokens: int
    rate: float
    """Tokens a second."""
    quiet_s: float = 0.3
    """Before the first token nothing is said."""
    blocking: bool = False
    """The quiet time is spent without giving up the event loop, as careless agents do."""

    @property
    def question(self) -> str:
        quiet = f"{self.quiet_s:g} s of {'blocking' if self.blocking else 'silence'}"
        return f"Say {self.tokens} tokens at {self.rate:g}/s after {quiet}, series {self.series}"

    @classmethod
    def of(cls, question: str) -> "Order":
        found = _ORDER.search(question)
        if found is None:
            raise ValueError(f"not an order: {question!r}")
        tokens, rate, quiet_s, how, series = found.groups()
        return cls(series, int(tokens), float(rate), float(quiet_s), how == "blocking")


@dataclass(frozen=True)
class Stamps:
    """When the source spoke, in seconds of the wall clock since 1970."""

    began: float
    """The first token was due."""
    said: list[float]
    """When it could say each token: later than it was due where the page did not ask for it in time."""

    @classmethod
    def load(cls, file: Path) -> "Stamps":
        return cls(**json.loads(file.read_text()))


async def agent(request: Request) -> AsyncIterator[Event]:
    """The source as an agent of Firstlight, silent at first whatever is ordered."""
    order = Order.of(request.question)
    await _quiet(order)
    yield Status(step="generating", label="Writing")
    async for text in speak(order, quiet=False):
        yield Token(text=text)
    yield Status(step="generating", state="done", label="Written")


async def speak(order: Order, *, quiet: bool = True) -> AsyncIterator[str]:
    """The tokens, each when it is due; late ones at once."""
    if quiet:
        await _quiet(order)
    beat = _Beat(order)
    try:
        for text in markdown(order.series, order.tokens):
            await asyncio.sleep(beat.left())
            beat.said()
            yield text
    finally:
        beat.save()


def speak_sync(order: Order) -> Iterator[str]:
    """The same for a page that wants a plain generator."""
    time.sleep(order.quiet_s)
    beat = _Beat(order)
    try:
        for text in markdown(order.series, order.tokens):
            time.sleep(beat.left())
            beat.said()
            yield text
    finally:
        beat.save()


async def _quiet(order: Order) -> None:
    if order.blocking:
        time.sleep(order.quiet_s)  # noqa: ASYNC251 - what is measured is what this does to a page
    else:
        await asyncio.sleep(order.quiet_s)


class _Beat:
    """Times the tokens of one order against its beginning, so that a delay does not add up."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._wall, self._began = time.time(), time.perf_counter()
        self._said: list[float] = []

    def left(self) -> float:
        return max(0.0, self._began + len(self._said) / self._order.rate - time.perf_counter())

    def said(self) -> None:
        self._said.append(time.perf_counter() - self._began)

    def save(self) -> None:
        stamps = {"began": self._wall, "said": [self._wall + said for said in self._said]}
        if folder := os.environ.get(FOLDER):
            (Path(folder) / f"{self._order.series}.json").write_text(json.dumps(stamps))


def markdown(series: str, tokens: int) -> list[str]:
    """So many tokens of an answer with headings, emphasis, lists, code and tables; token n holds `{series}{n:04}`."""
    frames = list(_section())
    return [frames[n % len(frames)].replace("@", f"{series}{n:04}") for n in range(tokens)]


def _section() -> Iterator[str]:
    """Patterns of one section's tokens, `@` for the word with its number."""
    yield from ("\n\n## @ ", "@ ", "@\n\n")
    yield from ["@ ", "**@ ", "@** ", "@, ", "@ ", "*@* ", "@. "] * 4
    yield "`@` is:\n\n"
    yield from ["- @ ", "@ ", "**@**: ", "@ ", "@\n"] * 4
    yield "\n```python\n@ = 1\n"
    yield from ["@ = ", "f(@)\n"] * 5
    yield "@ = 2\n```\n\n"
    yield from ("| @ ", "| @ ", "| @ |\n|---|---|---|\n")
    yield from ["| @ ", "| @ ", "| @ |\n"] * 3
    yield "\n@ "
    yield from ["@ "] * 4
