"""What the first question would otherwise wait for, done at the start and beside the server."""

import importlib

from agent.registry import about, chosen

IMPORTS = ("numpy", "pandas", "pyarrow", "altair")


def warm_up() -> None:
    """Imports what Streamlit imports at its first chart or table, and lets the agent warm up."""
    for name in IMPORTS:
        importlib.import_module(name)
    about(chosen()).warm_up()
