"""The earlier turns of a session, as an agent gets them."""

from agent.expiry import view_of
from agent.log import EventLog
from agent.request import Turn

_KEPT = 1000
"""Answers kept, so that a long session is not read again at each of its questions."""


class Turns:
    """Reads a session's ended runs from the log; each of them once, for they change no more."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._read: dict[str, Turn] = {}

    async def of(self, session_id: str) -> tuple[Turn, ...]:
        """Oldest first; empty for a session that is new."""
        turns = []
        for run in await self._log.runs(session_id):
            if run.is_open:
                continue
            if run.run_id not in self._read:
                answer = (await view_of(self._log, run.run_id)).message.answer
                self._read[run.run_id] = Turn(question=run.question, answer=answer)
            turns.append(self._read[run.run_id])
        self._read = dict(list(self._read.items())[-_KEPT:])
        return tuple(turns)
