"""Agents by name, import path or address: `research`, `my_agent:my_agent`, `http://...`; what a page says of one."""

import importlib
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import cast
from urllib.parse import urlsplit

from agent.errors import UnknownAgent, UsageError
from agent.pacing import PROFILES
from agent.redact import said_by
from agent.run import Agent

DEFAULT = "research"
NAMES = {"research": "agent.research.agent:research"}
"""The agents that come with Firstlight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a page says of an agent before it is asked.

    An agent needs none. One that wants its own has `ABOUT = About(...)` in its module, beside the generator. Raises
    UsageError for an unknown pace.
    """

    line: str = ""
    """Under the page's title; the first line of the agent's docstring where it is empty, else its name."""
    starters: tuple[str, ...] = ()
    """Questions to begin with, the best ones first."""
    library: str = "The agent's own"
    """What is read where the person chooses no collection."""
    collections: Callable[[Path], list[str]] = lambda _folder: []
    """Names of the person's document collections in a data folder, which `Request.collection` may name. Reads the
    disk. Where there are none, a page offers no choice."""
    pace: str = ""
    """The pace (agent/pacing.py) that a page begins with; empty: as it is."""
    warm_up: Callable[[], object] = lambda: None
    """Loads what the first question would wait for; called in a thread when a process starts."""

    def __post_init__(self) -> None:
        if self.pace and self.pace not in PROFILES:
            raise UsageError(f"no pace {self.pace!r}: expected one of {', '.join(PROFILES)}, or nothing for as it is")


def chosen() -> str:
    """The agent that the environment variable AGENT names, else the built-in one."""
    return os.environ.get("AGENT") or DEFAULT


def resolve(name: str) -> Agent:
    """The agent called `name`. Raises UnknownAgent, which says what was looked for."""
    if _is_address(name):
        from agent.remote import remote  # here, for it loads an HTTP client

        return remote(name)
    module_name, function = _path(name)
    if not (module_name and function):
        raise UnknownAgent(f"no agent {name!r}: expected one of {', '.join(NAMES)}, module:function, or http://...")
    module = _imported(name, module_name)
    try:
        found = getattr(module, function)
    except AttributeError as error:
        raise UnknownAgent(f"no agent {name!r}: module {module_name!r} has no {function!r}") from error
    if not callable(found) or inspect.iscoroutinefunction(found):
        kind = "a coroutine function" if callable(found) else type(found).__name__
        raise UnknownAgent(f"no agent {name!r}: {function!r} is {kind}, not an async generator function")
    return cast(Agent, found)


def _imported(name: str, module_name: str) -> ModuleType:
    """The module of the agent `name`, which may raise whatever it likes when it is imported."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # an agent in the folder where the user stands, also from a console script
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise UnknownAgent(f"no agent {name!r}: there is no module {error.name!r}") from error
    except (Exception, SystemExit) as error:
        said = " ".join(said_by(error).split())
        raise UnknownAgent(f"no agent {name!r}: importing module {module_name!r} failed: {said}") from error


def about(name: str) -> About:
    """What the agent called `name` says of itself, in its module's `ABOUT`. Raises UnknownAgent."""
    if _is_address(name):
        return About(line=f"The agent of {urlsplit(name).netloc}")
    agent = resolve(name)
    module_name, function = _path(name)
    given = getattr(sys.modules[module_name], "ABOUT", None)
    said = given if isinstance(given, About) else About()
    if said.line:
        return said
    written = inspect.getdoc(agent) if inspect.isroutine(agent) else ""
    first = (written or "").partition("\n")[0].strip()
    return replace(said, line=first or function.replace("_", " "))


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _path(name: str) -> tuple[str, str]:
    module_name, _, function = NAMES.get(name, name).partition(":")
    return module_name, function
