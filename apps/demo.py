"""Starts both pages in one process, on one port: `python -m apps.demo`."""

import argparse
import os
import socket
import sys
from pathlib import Path

DEFAULT_PORT = 8000


def main(argv: list[str] | None = None) -> int:
    """Serves until it is interrupted. Exit 0; 2 where the port is taken."""
    options = _options(argv)
    if options.data:
        os.environ["FIRSTLIGHT_DATA"] = str(options.data.expanduser().resolve())
    try:
        listening = _listen(options.host, options.port)
    except OSError as error:
        print(_port_refused(options.host, options.port, error), file=sys.stderr)
        return 2
    with listening:
        _serve(listening, f"http://{_name_of(options.host)}:{listening.getsockname()[1]}")
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m apps.demo", description="Both pages in one process.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}; 0: any free one")
    parser.add_argument("--data", type=Path, help="folder of the event log (or set FIRSTLIGHT_DATA)")
    return parser.parse_args(argv)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        if os.name != "nt":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _port_refused(host: str, port: int, error: OSError) -> str:
    other = port + 1 if port < 65535 else DEFAULT_PORT
    return (
        f"Cannot listen on {host}:{port} ({error.strerror or error}). "
        f"Choose another port: make demo PORT={other}, or python -m apps.demo --port {other}"
    )


def _name_of(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _serve(listening: socket.socket, address: str) -> None:
    import uvicorn

    from apps.site import GRADIO, STREAMLIT, build

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _say(f"Firstlight   {address}/")
                _say(f"Streamlit    {address}{STREAMLIT}")
                _say(f"Gradio       {address}{GRADIO}  (starting, about ten seconds)")

    def gradio_is_up() -> None:
        _say(f"Gradio       {address}{GRADIO}  is ready. Ctrl-C ends the demo.")

    site = build(on_gradio=gradio_is_up)
    config = uvicorn.Config(site, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        _say("Stopped.")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
