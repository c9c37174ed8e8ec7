"""Whatever is sent over the socket: each message gets one answer, and the socket goes on."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.sync.client import ClientConnection, connect

from apps.v1.ops import Op
from tests.server.conftest import Server
from tests.streams import PATIENCE

NAMES = [op.model_fields["op"].annotation.__args__[0] for op in get_args(Op)]  # type: ignore[union-attr]
FIELDS = sorted({name for op in get_args(Op) for name in op.model_fields} - {"op", "ref"})
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"op": st.sampled_from(NAMES) | TEXT},
    optional={name: JSON | st.sampled_from(["r_1", "s_1", "latest", 0, True]) for name in FIELDS},
)


@pytest.fixture(scope="module")
def socket(server: Server) -> Iterator[ClientConnection]:
    with connect(server.url.replace("http", "ws") + "/v1/ws") as socket:
        yield socket


def answer(socket: ClientConnection, ref: int) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
        if message.get("ref") == ref:
            return message


_refs = iter(range(1_000_000))


@settings(max_examples=300)
@given(message=MESSAGES)
def test_a_message_of_any_shape_is_answered(socket: ClientConnection, message: dict[str, Any]) -> None:
    ref = next(_refs)
    socket.send(json.dumps(message | {"ref": ref}))
    told = answer(socket, ref)
    assert told["ok"] or told["problem"]["status"] in range(400, 500), told


@settings(max_examples=200)
@given(text=TEXT | JSON.map(json.dumps))
def test_a_text_that_is_no_message_is_refused_and_the_socket_goes_on(socket: ClientConnection, text: str) -> None:
    ref = next(_refs)
    socket.send(text)
    socket.send(json.dumps({"op": "ping", "ref": ref}))
    assert answer(socket, ref)["ok"]
