"""How much one server gives: runs at a time, readers in all and of one run, new runs a minute for one caller."""

import os
import time
from collections import Counter
from collections.abc import Callable

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from agent.errors import UsageError
from agent.home import number
from agent.run import Runner
from apps.v1.problems import Refused

READERS = "FIRSTLIGHT_READERS"
"""The environment variable for how many connections may follow runs at a time."""
MOST_READERS, MOST_READERS_OF_RUN = 2000, 100
RATE = "120/minute"
"""New runs for one caller; `FIRSTLIGHT_RATE` gives another, in the notation of the library `limits`."""


class Limits:
    """Counts readers, and runs a minute. Lives on the event loop."""

    def __init__(self, runner: Runner, rate: str = "") -> None:
        self._runner = runner
        self._most_readers = int(number(READERS, MOST_READERS))
        self._rate = _parsed(rate or os.environ.get("FIRSTLIGHT_RATE") or RATE)
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._readers: Counter[str] = Counter()

    @property
    def readers(self) -> int:
        return self._readers.total()

    async def start(self, caller: str) -> None:
        """Counts a new run. Raises Refused where the caller, or the server, has had all of its runs for the moment."""
        if len(self._runner.running()) >= 2 * self._runner.max_running:
            raise _too_many(f"this server has {2 * self._runner.max_running} runs already, half of them waiting")
        if not await self._window.hit(self._rate, caller):
            reset, _ = await self._window.get_window_stats(self._rate, caller)
            raise _too_many(f"at most {self._rate} for one caller", reset)

    def reader(self, run_id: str) -> Callable[[], None]:
        """Counts a reader of a run; call what is returned when it is gone. Raises Refused where there are too many."""
        if self.readers >= self._most_readers:
            raise _too_many(f"this server has {self._most_readers} readers already")
        if self._readers[run_id] >= MOST_READERS_OF_RUN:
            raise _too_many(f"run {run_id!r} has {MOST_READERS_OF_RUN} readers already")
        self._readers[run_id] += 1

        def gone() -> None:
            self._readers[run_id] -= 1
            if not self._readers[run_id]:
                del self._readers[run_id]

        return gone


def _parsed(rate: str) -> RateLimitItem:
    try:
        return parse(rate)
    except ValueError as error:
        raise UsageError(f"no rate {rate!r}: expected for instance '60/minute'") from error


def _too_many(detail: str, reset: float | None = None) -> Refused:
    wait = 5 if reset is None else max(1, round(reset - time.time()))
    return Refused(429, "too_many", f"{detail}: try again in {wait} s", {"retry-after": str(wait)})
