"""What the first question would otherwise wait for, done at the start and beside the server."""

import importlib
import sys

from agent.registry import chosen, resolve

IMPORTS = ("numpy", "pandas", "pyarrow", "altair")


def warm_up() -> None:
    """Imports what Streamlit imports at its first chart or table, and calls the agent's own `warm_up()`, if any."""
    for name in IMPORTS:
        importlib.import_module(name)
    warm = getattr(sys.modules[resolve(chosen()).__module__], "warm_up", None)
    if warm is not None:
        warm()
