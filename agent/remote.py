"""An agent that is asked on another Firstlight server: `AGENT=http://...`."""

import contextlib
import os
from collections.abc import AsyncGenerator
from functools import cache

from agent.client import API_KEY, Client
from agent.errors import Ended, InputRejected
from agent.events import Done, Event, Input, Trace
from agent.request import Request


@cache
def remote(url: str) -> "Remote":
    """The agent of the server at `url`, which is asked with the key that FIRSTLIGHT_API_KEY holds."""
    return Remote(url)


class Remote:
    """Asks there, says here what is said there, and stops there what is stopped here."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sessions: dict[str, str] = {}
        """Sessions of this process, and where their earlier turns are known there."""

    async def __call__(self, request: Request) -> AsyncGenerator[Event, Input | None]:
        async with Client(self._url, key=os.environ.get(API_KEY, "")) as client:
            if request.session_id not in self._sessions:
                self._sessions[request.session_id] = await client.new_session()
            there = {"session_id": self._sessions[request.session_id], "pace": ""}  # the pace is kept here
            run_id = await client.start(request.model_copy(update=there))
            has_ended = False
            try:
                async for entry in client.follow(run_id):
                    event = entry.event
                    if isinstance(event, Done):
                        has_ended = True
                        yield Trace(name="usage", data=event.usage)
                        if event.outcome != "completed":
                            raise Ended(event.outcome)
                    elif not isinstance(event, Input):
                        yield event
                    elif event.state == "requested":
                        reply = yield event
                        await _pass_on(client, run_id, reply)
            finally:
                if not has_ended:
                    await client.cancel(run_id)


async def _pass_on(client: Client, run_id: str, reply: Input | None) -> None:
    if reply is None or reply.state == "expired":
        return
    with contextlib.suppress(InputRejected):  # somebody there was quicker, and the run goes on with that
        await client.answer(run_id, reply.id, reply.value, by=reply.by, decline=reply.state == "declined")
