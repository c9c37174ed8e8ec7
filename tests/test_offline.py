"""The switch that makes a network call in a test an error."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys

import httpx
import pytest

from tests.conftest import refused

ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation: nobody has it


def test_a_connection_to_elsewhere_is_an_error() -> None:
    with socket.socket() as stream, pytest.raises(RuntimeError, match=r"no network in tests: socket\.connect to"):
        stream.connect(ELSEWHERE)
    with pytest.raises(RuntimeError, match=r"no network in tests: socket\.getaddrinfo of 'example.com'"):
        httpx.get("http://example.com", trust_env=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        with pytest.raises(RuntimeError, match="sendto"):
            datagram.sendto(b"x", ELSEWHERE)
        with pytest.raises(RuntimeError, match="sendmsg"):
            datagram.sendmsg([b"x"], [], 0, ELSEWHERE)
    with pytest.raises(RuntimeError, match=r"gethostbyname of 'example\.com'"):
        socket.gethostbyname("example.com")
    assert len(refused()) == 5


def test_a_call_whose_error_is_swallowed_is_noted() -> None:
    with contextlib.suppress(Exception):
        httpx.get("http://example.com", trust_env=False)
    assert refused() == ["socket.getaddrinfo of 'example.com'"]


def test_it_is_an_error_in_asyncio_and_in_other_processes() -> None:
    with pytest.raises(RuntimeError, match="no network in tests"):
        asyncio.run(asyncio.wait_for(asyncio.open_connection(*ELSEWHERE), 5))
    script = f"import socket; socket.create_connection({ELSEWHERE!r}, timeout=0.1)"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert child.returncode == 1
    assert "RuntimeError: no network in tests" in child.stderr
    assert refused() == [f"socket.connect to {ELSEWHERE!r}"] * 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_called(host: str) -> None:
    with socket.create_server((host, 0)) as server, socket.create_connection((host, server.getsockname()[1])) as client:
        assert client.getpeername()[1] == server.getsockname()[1]


def test_there_is_no_key_and_no_data_of_the_user() -> None:
    assert "OPENAI_API_KEY" not in os.environ
    assert os.environ["FIRSTLIGHT_DATA"].endswith("/data")
    script = "import os, tests.conftest; print(os.environ.get('OPENAI_API_KEY'), os.environ.get('AGENT'))"
    keys = os.environ | {"OPENAI_API_KEY": "secret", "AGENT": "another"}
    child = subprocess.run([sys.executable, "-c", script], env=keys, capture_output=True, text=True)
    assert child.stdout == "None None\n"
