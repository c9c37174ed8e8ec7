"""What the first question would otherwise wait for, done at the start."""

import importlib

IMPORTS = ("numpy", "pandas", "pyarrow", "altair")


def warm_up() -> None:
    """Imports what Streamlit imports at its first chart or table, and loads the built-in agent's model."""
    for name in IMPORTS:
        importlib.import_module(name)
    importlib.import_module("agent.research.agent").warm_up()
