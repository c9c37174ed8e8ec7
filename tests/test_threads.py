"""The threads in which the built-in agent does what blocks."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from agent.events import Token
from agent.request import Request
from agent.research.agent import research
from agent.threads import Threads

pytestmark = pytest.mark.anyio


async def test_threads_that_another_agent_left_busy_do_not_hold_it_up() -> None:
    released = threading.Event()
    shared = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(shared)
    stuck = asyncio.ensure_future(asyncio.to_thread(released.wait, 60))
    try:
        async with asyncio.timeout(30):
            said = [event async for event in research(Request(question="NVIDIA revenue in Q2 FY2026"))]
    finally:
        released.set()
        await stuck
    assert "$46,743 million" in "".join(event.text for event in said if isinstance(event, Token))


ENDING = """
import asyncio, sys, threading
from agent.request import Limits, Request
from agent import threads
from agent.research import agent
from agent.research.answer import searching
if sys.argv[1] == "hanging":
    agent.warm_up()
    searching.find = lambda *_: threading.Event().wait(300)
    threads.GRACE = 0.2
async def ask():
    limits = Limits(stages={"retrieving": 0.2})
    async for event in agent.research(Request(question="NVIDIA revenue in Q2 FY2026", limits=limits)):
        print(getattr(event, "text", ""), end="")
asyncio.run(ask())
"""


@pytest.mark.parametrize("search", ["loading", "hanging"])
def test_a_process_ends_well_while_a_search_is_still(search: str) -> None:
    done = subprocess.run([sys.executable, "-c", ENDING, search], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "$46,743 million" in done.stdout


async def test_results_errors_and_context_come_through() -> None:
    asked: ContextVar[str] = ContextVar("asked", default="")
    asked.set("here")
    threads = Threads(2, "test")
    assert await threads.run(asked.get) == "here"
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 1, 0)


async def test_there_are_never_more_than_promised_and_none_without_need() -> None:
    threads = Threads(2, "few")
    for _ in range(5):
        await threads.run(len, "idle threads are used again")
    assert _named("few") == 1
    together = threading.Barrier(2)
    await asyncio.gather(*(threads.run(together.wait, 20) for _ in range(4)))
    assert _named("few") == 2


async def test_what_waits_for_a_thread_is_not_begun_after_a_stop() -> None:
    threads, released, begun = Threads(1, "one"), threading.Event(), list[int]()
    first = asyncio.create_task(threads.run(released.wait, 60))
    second = asyncio.create_task(threads.run(begun.append, 2))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    released.set()
    assert await first
    await threads.run(begun.append, 3)
    assert begun == [3]


def _named(name: str) -> int:
    return sum(thread.name.startswith(name) for thread in threading.enumerate())
