"""Listening and serving, for the demo and for a page alone: loopback, a taken port in one clear line, a quick end."""

import argparse
import ipaddress
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.client import API_KEY
from agent.errors import UsageError
from apps import access_logs
from apps.sse import SEND_TIMEOUT_S, close_all


def arguments(prog: str, description: str, port: int) -> argparse.ArgumentParser:
    """A command line with `--host` and `--port`, which defaults to `port`."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.add_argument("--port", type=int, default=port, help=f"default {port}; 0: any free one")
    return parser


class PortTaken(OSError):
    """The address cannot be listened on; the message says how to choose another port."""


def listen(host: str, port: int, command: str) -> socket.socket:
    """A bound socket. Raises PortTaken, which names `command` with another port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        if os.name != "nt":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # else a reader that vanished stays for a quarter of an hour
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(SEND_TIMEOUT_S * 1000))
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError) as error:
        listening.close()
        other = port + 1 if 0 < port < 65535 else 8765
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        message = f"Cannot listen on {host}:{port} ({reason}). Choose another port: {command.format(port=other)}"
        raise PortTaken(message) from error
    return listening


def address(host: str, listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{listening.getsockname()[1]}"


def is_open_to_all(host: str) -> str:
    """What to say where others can reach a server that asks nobody for a key; empty where that is not so."""
    try:
        is_local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = False
    if is_local or os.environ.get(API_KEY):
        return ""
    return f"Whoever can reach {host} can ask, read and stop everything here: set {API_KEY} to ask for a key."


def serve(
    app: ASGIApp,
    listening: socket.socket,
    on_started: Callable[[], None],
    *,
    access_log: bool = False,
    ws_max_size: int = 2**24,
) -> None:
    """Serves until it is interrupted. `ws_max_size`: bytes of one WebSocket message."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            close_all()  # else it would wait for the readers of live answers
            await super().shutdown(sockets)

    config = uvicorn.Config(
        _startup_in_a_line(app),
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=ws_max_size,
        ws_per_message_deflate=False,  # it costs as much again as the message, and memory for each connection
        log_level="info" if access_log else "warning",
        log_config=access_logs.config(),
        access_log=access_log,
        timeout_graceful_shutdown=1,
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        print("Stopped.", flush=True)


def _startup_in_a_line(app: ASGIApp) -> ASGIApp:
    """The app, whose wrong settings are told in a sentence instead of a traceback."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            error = sys.exception()  # Starlette sends this while it handles what went wrong
            if message["type"] == "lifespan.startup.failed" and isinstance(error, UsageError):
                message = {**message, "message": str(error)}
            await send(message)

        await app(scope, receive, told if scope["type"] == "lifespan" else send)

    return wrapped
