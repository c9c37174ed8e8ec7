"""Agents by name, or by import path: `research`, `my_agent:my_agent`."""

import importlib
import os
import sys
from pathlib import Path
from typing import cast

from agent.errors import UnknownAgent
from agent.run import Agent

DEFAULT = "research"
NAMES = {"research": "agent.research.agent:research"}
"""The agents that come with Firstlight."""


def chosen() -> str:
    """The agent that the environment variable AGENT names, else the built-in one."""
    return os.environ.get("AGENT") or DEFAULT


def resolve(name: str) -> Agent:
    """The agent called `name`. Raises UnknownAgent, which says what was looked for."""
    path = NAMES.get(name, name)
    module_name, _, function = path.partition(":")
    if not (module_name and function):
        raise UnknownAgent(f"no agent {name!r}: expected one of {', '.join(NAMES)}, or module:function")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # an agent in the folder where the user stands, also from a console script
    try:
        found = getattr(importlib.import_module(module_name), function)
    except ModuleNotFoundError as error:
        raise UnknownAgent(f"no agent {name!r}: there is no module {error.name!r}") from error
    except AttributeError as error:
        raise UnknownAgent(f"no agent {name!r}: module {module_name!r} has no {function!r}") from error
    if not callable(found):
        raise UnknownAgent(
            f"no agent {name!r}: {function!r} is {type(found).__name__}, not an async generator function"
        )
    return cast(Agent, found)
