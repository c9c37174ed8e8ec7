"""A run in memory: its entries, how many of them readers may see, and the readers that wait."""

import asyncio
from collections.abc import AsyncIterator, Callable

from agent.entries import Entry, payload_of, token_payload
from agent.errors import FirstlightError
from agent.events import EVENTS, Event, Token


class LiveRun:
    """A list that only grows. A reader is a position in it, so a slow reader costs nothing."""

    def __init__(self, run_id: str, entries: list[Entry] | None = None, *, ended: bool = False) -> None:
        self.run_id = run_id
        self.entries = entries or []
        self.visible = len(self.entries)
        self.ended = ended
        """No more entries will be appended; `visible` may still lag behind."""
        self.size = sum(len(entry.payload) for entry in self.entries)
        self._said = {"answer": 0, "reasoning": 0}
        self._waiting: list[asyncio.Future[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: dict[Callable[[], None], None] = {}

    def append(self, event: Event, at: float) -> Entry:
        """Adds an event, not yet visible. Raises FirstlightError once the run has ended, and ValueError
        for an event that JSON cannot hold."""
        if self.ended:
            raise FirstlightError(f"run {self.run_id!r} has ended: nothing can be appended to it")
        if type(event) is Token:
            payload = token_payload(event, self._said[event.channel])
            self._said[event.channel] += len(event.text)
        else:
            payload = payload_of(event)
            EVENTS[event.type].__pydantic_validator__.validate_json(payload)  # else no reader gets past it
        entry = Entry(self.run_id, len(self.entries) + 1, at, event.type, payload)
        self.entries.append(entry)
        self.size += len(payload)
        return entry

    def publish(self) -> None:
        """Lets readers see all that was appended, and wakes those that wait."""
        self.visible = len(self.entries)
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        for wake in tuple(self._wake):
            wake()

    def subscribe(self, wake: Callable[[], None]) -> None:
        """`wake` is called at each `publish`, on the log's loop, until it is unsubscribed."""
        self._wake[wake] = None

    def unsubscribe(self, wake: Callable[[], None]) -> None:
        self._wake.pop(wake, None)

    @property
    def readers(self) -> int:
        """How many are subscribed."""
        return len(self._wake)

    @property
    def closed(self) -> bool:
        """The run has ended, and all of it is visible."""
        return self.ended and self.visible == len(self.entries)

    @property
    def first(self) -> int:
        """The number of the first entry; more than 1 where the log has dropped what came before."""
        return self.entries[0].seq if self.entries else 1

    @property
    def last(self) -> int:
        """The number of the last entry that readers may see."""
        return self.entries[self.visible - 1].seq if self.visible else 0

    def read(self, after: int) -> list[Entry]:
        return self.entries[after : self.visible]

    async def wait(self, after: int) -> bool:
        while self.visible <= after:
            if self.closed:
                return False
            await self._published()
        return True

    async def follow(self, after: int) -> AsyncIterator[Entry]:
        """`EventLog.follow`, without a call of its own for each entry."""
        while after < self.visible or not self.closed:
            if after >= self.visible:
                await self._published()
            for entry in self.entries[after : self.visible]:
                after = entry.seq
                yield entry

    def _published(self) -> asyncio.Future[None]:
        """Done at the next `publish`; one for each reader, for a reader that leaves cancels its own."""
        if self._loop is None:  # kept, for asking costs a system call before Python 3.12
            self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiting.append(future)
        return future
