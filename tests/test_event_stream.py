"""Reading server-sent events: as the standard says, and the same however the bytes arrive."""

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.entries import Entry, payload_of
from agent.event_stream import EventStreamParser, ServerSentEvent
from agent.events import Event
from apps.entry_stream import all_frames
from apps.sse import frame
from tests.strategies import events

SCRAPS = b"data event id retry : 7 \0 \xef\xbb\xbf \xe2\x80\xa8 \xc2\x85 \xe2 \xff \xf0\x9f\x98\x80".split(b" ")
ENDS = [b"\r", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n"]
FIELDS = [b"data: a", b"data", b"data:\xe2\x80\xa8", b"event: x", b"id: 7", b"id", b": nothing", b"retry: 5", b""]
lines = st.tuples(st.sampled_from(FIELDS), st.sampled_from(ENDS)).map(b"".join)
scraps = st.sampled_from([*SCRAPS, *ENDS, b" "]) | st.binary(max_size=3)
streams = st.lists(lines, max_size=20).map(b"".join) | st.lists(scraps, max_size=40).map(b"".join)
"""Bytes that are nearly an event stream."""


def parsed(*chunks: bytes) -> list[ServerSentEvent]:
    parser = EventStreamParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def cut(stream: bytes, places: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[start:end] for start, end in pairwise(edges)]


@given(streams, st.lists(st.integers(0, 200), max_size=12))
def test_bytes_mean_the_same_however_they_are_cut(stream: bytes, places: list[int]) -> None:
    assert parsed(*cut(stream, places)) == parsed(stream)


@given(streams)
def test_bytes_mean_the_same_one_by_one(stream: bytes) -> None:
    one_by_one, at_once = EventStreamParser(), EventStreamParser()
    assert [e for k in range(len(stream)) for e in one_by_one.feed(stream[k : k + 1])] == list(at_once.feed(stream))
    assert one_by_one.retry_ms == at_once.retry_ms


@given(st.binary())
def test_no_bytes_are_too_strange_to_read(stream: bytes) -> None:
    parsed(stream)


@given(st.lists(events, max_size=12), st.lists(st.integers(0, 2000), max_size=12))
def test_what_the_server_writes_is_what_a_client_reads(said: list[Event], places: list[int]) -> None:
    entries = [Entry("r", seq, seq / 7, event.type, payload_of(event)) for seq, event in enumerate(said, 1)]
    stream = b"retry: 1000\n\n" + b": ping\n\n".join(all_frames([entry]) for entry in entries)
    told = [(event.last_event_id, event.event, event.data.encode()) for event in parsed(*cut(stream, places))]
    assert told == [(str(entry.seq), entry.type, entry.data) for entry in entries]


def test_a_frame_is_read_as_it_was_written() -> None:
    assert parsed(frame("view", '{"a":"\u2028"}', 7)) == [ServerSentEvent("view", '{"a":"\u2028"}', "7")]


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (b"data: one\ndata: two\n\n", [("message", "one\ntwo", "")]),
        (b"data:one\n\ndata:  two\n\n", [("message", "one", ""), ("message", " two", "")]),
        (b"data\n\ndata\ndata\n\ndata:", [("message", "", ""), ("message", "\n", "")]),
        (b": nothing\n\ndata: a\nid: 1\n\ndata: b\nid\n\n", [("message", "a", "1"), ("message", "b", "")]),
        (b"event: x\n\ndata: not x\n\n", [("message", "not x", "")]),
        (b"id: 1\0\ndata: a\n\n", [("message", "a", "")]),
        (b"\xef\xbb\xbfdata: a\r\rdata: b\r\n\r\ndata: \xff\n\n", [("message", text, "") for text in "ab\ufffd"]),
        (b"data: cut off", []),
    ],
)
def test_what_the_standard_says(stream: bytes, told: list[tuple[str, str, str]]) -> None:
    assert [(event.event, event.data, event.last_event_id) for event in parsed(stream)] == told


@pytest.mark.parametrize(("said", "ms"), [(b"1500", 1500), (b"1.5", None), (b"-1", None), (b"9" * 5000, None)])
def test_the_time_to_wait_is_a_number_or_nothing(said: bytes, ms: int | None) -> None:
    parser = EventStreamParser()
    assert list(parser.feed(b"retry: " + said + b"\n\n")) == []
    assert parser.retry_ms == ms


def test_a_huge_event_that_comes_in_small_pieces_is_read_in_linear_time() -> None:
    piece, began = b"x" * 1024, time.process_time()
    told = parsed(b"data: ", *[piece] * 8192, b"\n\n")
    assert len(told[0].data) == 8 * 2**20
    assert time.process_time() - began < 5
