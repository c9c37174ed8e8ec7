"""Reading server-sent events, as the standard says (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Lines end with CR LF, LF or CR and with nothing else: a reader that splits at U+2028, as `str.splitlines` does, loses
half of a token that holds one.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event."""

    event: str
    """`message` where the stream does not name it."""
    data: str
    last_event_id: str = ""
    """The id of this event, or of the last one before it that had one."""


class EventStreamParser:
    """Turns the bytes of a stream into its events, however they are cut.

    `retry_ms` is the reconnection time that the stream asked for, None before it did.
    """

    def __init__(self) -> None:
        self.retry_ms: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest: list[str] = []
        self._after_cr = False
        self._data: list[str] = []
        self._event = ""
        self._last_event_id = ""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """The events that are complete with these bytes."""
        for line in self._lines(self._decoder.decode(chunk)):
            if line:
                self._field(line)
            elif (event := self._dispatched()) is not None:
                yield event

    def _lines(self, text: str) -> Iterator[str]:
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        self._after_cr = self._after_cr or text.endswith("\r")
        first, *more = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest.append(first)
        if more:
            line, self._rest = "".join(self._rest), [more.pop()]
            yield line
            yield from more

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._last_event_id = value
            case "retry" if value.isascii() and value.isdigit() and len(value) < 16:
                self.retry_ms = int(value)
            case _:  # a comment, whose name is empty, or a field that nobody knows
                pass

    def _dispatched(self) -> ServerSentEvent | None:
        data, event = self._data, self._event
        self._data, self._event = [], ""
        return ServerSentEvent(event or "message", "\n".join(data), self._last_event_id) if data else None
