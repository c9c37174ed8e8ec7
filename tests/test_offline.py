"""The switch that makes a network call in a test an error."""

import asyncio
import os
import socket
import subprocess
import sys

import httpx
import pytest

ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation: nobody has it


def test_a_connection_to_elsewhere_is_an_error() -> None:
    with socket.socket() as stream, pytest.raises(RuntimeError, match=r"no network in tests: socket\.connect to"):
        stream.connect(ELSEWHERE)
    with pytest.raises(RuntimeError, match=r"no network in tests: socket\.getaddrinfo of 'example.com'"):
        httpx.get("http://example.com", trust_env=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(RuntimeError, match="sendto"):
        datagram.sendto(b"x", ELSEWHERE)


def test_it_is_an_error_in_asyncio_and_in_other_processes() -> None:
    with pytest.raises(RuntimeError, match="no network in tests"):
        asyncio.run(asyncio.wait_for(asyncio.open_connection(*ELSEWHERE), 5))
    script = f"import socket; socket.create_connection({ELSEWHERE!r}, timeout=0.1)"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert child.returncode == 1
    assert "RuntimeError: no network in tests" in child.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_called(host: str) -> None:
    with socket.create_server((host, 0)) as server, socket.create_connection((host, server.getsockname()[1])) as client:
        assert client.getpeername()[1] == server.getsockname()[1]


def test_there_is_no_key_and_no_data_of_the_user() -> None:
    assert "OPENAI_API_KEY" not in os.environ
    assert os.environ["FIRSTLIGHT_DATA"].endswith("/data")
