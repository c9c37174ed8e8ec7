"""A process that writes runs and prints every entry that its readers see, until it is killed.

`python -m eval.bench.victim FOLDER`; the bench of the log starts and kills it.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from agent.events import Event, Token
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog

STREAMS, RATE = 50, 50.0


async def say(request: Request) -> AsyncIterator[Event]:
    number = 0
    while True:
        await asyncio.sleep(1 / RATE)
        number += 1
        yield Token(text=f"word {number} ")


async def main(folder: Path) -> None:
    log = SqliteLog(folder)
    await log.start()
    runner = Runner(log)
    runs = [await runner.start(say, Request(question=f"stream {number}")) for number in range(STREAMS)]
    await asyncio.gather(*(show(log, run_id) for run_id in runs))


async def show(log: SqliteLog, run_id: str) -> None:
    async for entry in log.follow(run_id):
        os.write(1, entry.line().encode() + b"\n")  # at once and whole: a buffer would die with the process


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
