"""What the first question would otherwise wait for, done at the start and beside the server."""

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

from agent.registry import chosen, resolve

T = TypeVar("T")

IMPORTS = ("numpy", "pandas", "pyarrow", "altair")


def warm_up() -> None:
    """Imports what Streamlit imports at its first chart or table, and calls the agent's own `warm_up()`, if any."""
    for name in IMPORTS:
        importlib.import_module(name)
    warm = getattr(sys.modules[resolve(chosen()).__module__], "warm_up", None)
    if warm is not None:
        warm()


async def in_thread(work: Callable[[], T]) -> T:
    """Like `asyncio.to_thread`, but in a thread of its own: a process that ends does not wait for it, and threads that
    stopped agents have left busy do not hold it up."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, failure: Exception | None) -> None:
        if result.done():
            return
        if failure is None:
            result.set_result(cast(T, value))
        else:
            result.set_exception(failure)

    def run() -> None:
        value, failure = None, None
        try:
            value = work()
        except Exception as error:
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=run, daemon=True).start()
    return await result
