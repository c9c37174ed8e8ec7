"""An event in its place: which run, which number, when. Only a log makes entries."""

import json
from typing import NamedTuple, cast

from pydantic_core import to_json

from agent.events import EVENTS, Event, Token

_SEPARATORS = tuple((one.encode(), b"\\u%04x" % ord(one)) for one in "\u2028\u2029\u0085")
"""What JSON allows in a string, and readers that ask Unicode what a line is take for the end of one."""


class Entry(NamedTuple):
    """One line of a run's log.

    It holds the event as JSON bytes, for a log of models costs six times the memory; `event`
    parses them again, at about two microseconds a call.
    """

    run_id: str
    seq: int
    """1, 2, 3 ... within the run, without gaps."""
    at: float
    """Seconds since submit, on a monotonic clock."""
    type: str
    payload: bytes
    """The event's fields without `type`, as a JSON object."""

    @property
    def event(self) -> Event:
        return cast(Event, EVENTS[self.type].__pydantic_validator__.validate_json(self.payload))

    @property
    def data(self) -> bytes:
        """The payload as readers outside get it: the event's fields and `t_ms`, nothing else, on one line for readers
        of every kind."""
        return b'%b,"t_ms":%.3f}' % (on_one_line(self.payload)[:-1], self.at * 1000)

    @property
    def frame(self) -> bytes:
        """The entry as one server-sent event."""
        return b"id: %d\nevent: %b\ndata: %b\n\n" % (self.seq, self.type.encode(), self.data)

    def line(self) -> str:
        """The entry as one line of JSON: `run_id seq at type` and the event's fields."""
        head = {"run_id": self.run_id, "seq": self.seq, "at": round(self.at, 6), "type": self.type}
        line = json.dumps(head | json.loads(self.payload), ensure_ascii=False)
        return on_one_line(line.encode()).decode()

    @classmethod
    def from_line(cls, line: str | bytes) -> "Entry":
        """The reverse of `line`; raises ValueError or KeyError where it is not one."""
        fields = json.loads(line)
        run_id, seq, at, kind = (fields.pop(name) for name in ("run_id", "seq", "at", "type"))
        event = EVENTS[kind].model_validate(fields)
        return cls(str(run_id), int(seq), float(at), str(kind), payload_of(cast(Event, event)))


def on_one_line(data: bytes) -> bytes:
    """JSON that no reader takes for more lines than one."""
    if b"\xe2\x80" in data or b"\xc2\x85" in data:
        for separator, escaped in _SEPARATORS:
            data = data.replace(separator, escaped)
    return data


def payload_of(event: Event) -> bytes:
    """The event's fields as JSON, without its `type` and without what is None."""
    return event.__pydantic_serializer__.to_json(event, exclude={"type"}, exclude_none=True)


def token_payload(event: Token, offset: int) -> bytes:
    """The same for a token at `offset`, without building a second model: tokens are nearly all of a log."""
    return _TOKENS[event.channel] % (to_json(event.text), offset)


_TOKENS = {
    "answer": b'{"text":%b,"channel":"answer","offset":%d}',
    "reasoning": b'{"text":%b,"channel":"reasoning","offset":%d}',
}
