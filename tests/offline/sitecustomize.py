"""The switch that makes a network call an error, for the tests and for every Python that they start.

Its folder is first on PYTHONPATH while the tests run. `FIRSTLIGHT_TESTS_ONLINE=1` switches it off.
What is refused is also noted in the file `FIRSTLIGHT_REFUSED`, for code that goes on after any error.
"""

import ipaddress
import os
import socket
import sys
from pathlib import Path


def is_local(host: object) -> bool:
    if host is None or isinstance(host, int):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            refuse(f"{event} to {address!r}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not _is_literal(arguments[0]):
        refuse(f"{event} of {arguments[0]!r}")


def refuse(call: str) -> None:
    if refused := os.environ.get("FIRSTLIGHT_REFUSED"):
        with Path(refused).open("a") as notes:
            notes.write(f"{call}\n")
    raise RuntimeError(f"no network in tests: {call}")


def _is_literal(host: object) -> bool:
    """Looking up an address or a local name asks nobody."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return is_local(host)
    return True


if os.environ.get("FIRSTLIGHT_TESTS_ONLINE") != "1":
    sys.addaudithook(forbid)
