"""Starts both pages in one process, on one port: `python -m apps.demo`."""

import argparse
import os
import sys
from pathlib import Path

from agent.errors import UnknownAgent
from agent.registry import chosen, resolve
from apps.serving import PortTaken, address, arguments, listen, serve

DEFAULT_PORT = 8000


def main(argv: list[str] | None = None) -> int:
    """Serves until it is interrupted. Exit 0; 2 where the port is taken."""
    options = _options(argv)
    if options.data:
        os.environ["FIRSTLIGHT_DATA"] = str(options.data.expanduser().resolve())
    try:
        resolve(chosen())  # a wrong AGENT is told now, not by a page that does not come up
        listening = listen(options.host, options.port, "make demo PORT={port}, or python -m apps.demo --port {port}")
    except (PortTaken, UnknownAgent) as error:
        print(error, file=sys.stderr)
        return 2
    with listening:
        from apps.both_pages import GRADIO, STREAMLIT, build

        here = address(options.host, listening)

        def started() -> None:
            _say(f"Firstlight   {here}/")
            _say(f"Streamlit    {here}{STREAMLIT}")
            _say(f"Gradio       {here}{GRADIO}  (starting, about fifteen seconds)")

        def gradio_is_up() -> None:
            _say(f"Gradio       {here}{GRADIO}  is ready. Ctrl-C ends the demo.")

        serve(build(on_gradio=gradio_is_up), listening, started)
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = arguments("python -m apps.demo", "Both pages in one process.", DEFAULT_PORT)
    parser.add_argument("--data", type=Path, help="folder of the event log (or set FIRSTLIGHT_DATA)")
    return parser.parse_args(argv)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
