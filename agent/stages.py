"""Stages of an agent: side by side, with a limit, with another try."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable

from agent.errors import FirstlightError, StageTimeout, Transient
from agent.events import Event, Input, Trace, Warning

Stage = AsyncGenerator[Event, Input | None]
"""Yields events; a stage that yields an `Input` request is sent the answer."""


async def merge(*stages: Stage) -> Stage:
    """Runs stages side by side and yields their events as they come.

    A failing stage ends the others, and its own exception is raised, not a group around it.
    """
    loop = asyncio.get_running_loop()
    said: asyncio.Queue[tuple[Event, asyncio.Future[Input | None]] | None] = asyncio.Queue()

    async def pump(stage: Stage) -> None:
        reply: Input | None = None
        try:
            while True:
                event = await stage.asend(reply)
                answer: asyncio.Future[Input | None] = loop.create_future()
                said.put_nowait((event, answer))
                reply = await answer
        except StopAsyncIteration:
            pass
        except SystemExit as exit:  # raised in a task, it would end the process
            raise FirstlightError(f"a stage called sys.exit({exit.code!r})") from exit
        finally:
            await stage.aclose()

    tasks = [asyncio.create_task(pump(stage)) for stage in stages]
    for task in tasks:
        task.add_done_callback(lambda _: said.put_nowait(None))
    try:
        left = len(tasks)
        while left:
            item = await said.get()
            if item is not None:
                item[1].set_result((yield item[0]))
                continue
            left -= 1
            for task in tasks:
                if task.done() and not task.cancelled() and (failure := task.exception()):
                    raise failure
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def limited(stage: Stage, seconds: float | None, step: str) -> Stage:
    """Passes a stage's events on; raises StageTimeout once it has worked for `seconds`.

    The time in which the consumer holds an event, or the user is asked, does not count.
    """
    loop = asyncio.get_running_loop()
    left = seconds
    reply: Input | None = None
    try:
        while True:
            began = loop.time()
            try:
                async with asyncio.timeout(left) as timer:
                    event = await stage.asend(reply)
            except TimeoutError as error:
                if timer.expired():
                    raise StageTimeout(step, seconds or 0) from error
                raise
            except StopAsyncIteration:
                return
            left = None if left is None else max(0.0, left - (loop.time() - began))
            reply = yield event
    finally:
        await stage.aclose()


async def retry(
    stage: Callable[[], Stage], *, attempts: int = 3, delay: float = 0.25, seed: int | None = None
) -> Stage:
    """Tries a stage again after `Transient`, with growing, jittered delays in seconds.

    Each retry is a trace, and from the second on a warning too. A stage that has already said
    something is not tried again, for it would say it twice.
    """
    draw = random.Random(seed)
    for attempt in range(1, attempts + 1):
        spoke = False
        reply: Input | None = None
        current = stage()
        try:
            while True:
                event = await current.asend(reply)
                spoke = True
                reply = yield event
        except StopAsyncIteration:
            return
        except Transient as failure:
            if spoke or attempt == attempts:
                raise
            wait = delay * 2 ** (attempt - 1) * draw.uniform(0.5, 1.5)
            yield Trace(name="retry", data={"attempt": attempt, "wait_s": round(wait, 3), "reason": str(failure)})
            if attempt > 1:
                again = f"Trying again after {failure} (attempt {attempt + 1} of {attempts})."
                yield Warning(code="retry", message=again)
            await asyncio.sleep(wait)
        finally:
            await current.aclose()
