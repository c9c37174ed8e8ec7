"""Tokens as text and reasoning parts, and the markers in a text part as its citations."""

import re
from collections.abc import Iterator
from typing import Any

from agent.events import Token
from apps.wires.ai_sdk.sources import Source

_MARKER = re.compile(r"\[(\d{1,4})\]")
_KINDS = {"answer": "text", "reasoning": "reasoning"}


class Speech:
    """One part is open at a time: another channel, a question or the end closes it."""

    def __init__(self) -> None:
        self.cards: dict[int, tuple[Source, str]] = {}
        """The source and the quote behind each marker."""
        self._kind = ""
        self._parts = 0
        self._said: list[str] = []

    def say(self, token: Token) -> Iterator[dict[str, Any]]:
        kind = _KINDS[token.channel]
        if kind != self._kind:
            yield from self.close()
            self._kind, self._parts, self._said = kind, self._parts + 1, []
            yield {"type": f"{kind}-start", "id": self._id}
        if kind == "text":
            self._said.append(token.text)
        yield {"type": f"{kind}-delta", "id": self._id, "delta": token.text}

    def close(self) -> Iterator[dict[str, Any]]:
        if self._kind:
            end: dict[str, Any] = {"type": f"{self._kind}-end", "id": self._id}
            if citations := self._citations():
                end["citations"] = citations
            self._kind = ""
            yield end

    @property
    def _id(self) -> str:
        return f"part-{self._parts}"

    def _citations(self) -> list[dict[str, Any]]:
        """Where the part's markers are, in the units of JavaScript's strings."""
        text, found = "".join(self._said), []
        for marker in _MARKER.finditer(text):
            if (card := self.cards.get(int(marker[1]))) is not None:
                source, quote = card
                start = len(text[: marker.start()].encode("utf-16-le", "surrogatepass")) // 2
                place = {"startIndex": start, "endIndex": start + len(marker[0]), "citedText": quote}
                found.append({"source": source.cited} | place)
        return found
