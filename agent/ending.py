"""How a run ends: whatever is open is closed first, or a screen would spin for ever."""

from agent.events import Citation, Done, Error, Event, Input, Json, Outcome, Status, Token, Tool, Trace, Warning
from agent.markers import mismatches

_WORDS: dict[Outcome, str] = {
    "completed": "",
    "cancelled": "Stopped",
    "timeout": "Out of time",
    "error": "Failed",
    "interrupted": "Interrupted",
}


class Ending:
    """Watches a run's events, and knows what has to be said before and in its `done`."""

    def __init__(self) -> None:
        self._steps: dict[str, Status] = {}
        self._tools: dict[str, Tool] = {}
        self._input: Input | None = None
        self._usage: dict[str, int | float] = {}
        self._has_content = False
        self._answer: list[str] = []
        self._cards: dict[int, Citation] = {}
        self._warned: list[Warning] = []
        self._has_failed_step = False
        self.has_error = False

    def see(self, event: Event) -> None:
        if isinstance(event, Token):
            self._has_content = True
            if event.channel == "answer":
                self._answer.append(event.text)
        elif isinstance(event, Status):
            self._see_step(event)
        elif isinstance(event, Tool):
            if event.state == "running":
                self._tools[event.call_id] = event
            else:
                self._tools.pop(event.call_id, None)
        elif isinstance(event, Input):
            self._input = event if event.state == "requested" else None
        elif isinstance(event, Citation):
            self._cards[event.index] = event
        elif isinstance(event, Warning):
            self._warned.append(event)
        elif isinstance(event, Error):
            self.has_error = True
        elif isinstance(event, Trace) and event.name == "usage":
            for name, count in event.data.items():
                if isinstance(count, int | float):
                    self._usage[name] = self._usage.get(name, 0) + count

    def _see_step(self, event: Status) -> None:
        if event.state == "running":
            self._steps[event.id] = event
        else:
            self._steps.pop(event.id, None)
            self._has_failed_step |= event.state == "failed"

    def open_steps(self) -> list[Status]:
        return list(self._steps.values())

    def events(self, outcome: Outcome, at: float, error: Error | None = None) -> list[Event]:
        """All that is still to be said, `done` last. `at` in seconds since submit."""
        last: list[Event] = []
        if self._input is not None:
            last.append(self._input.model_copy(update={"state": "expired"}))
        for tool in self._tools.values():
            state = "done" if outcome == "completed" else "failed"
            last.append(tool.model_copy(update={"state": state, "log": tool.log or _WORDS[outcome]}))
        for step in self._steps.values():
            last.append(_closed(step, outcome))
        found = mismatches("".join(self._answer), self._cards)
        last.extend(warning for warning in found if warning not in self._warned)  # a replay has said it already
        if error is not None:
            last.append(error)
        partial = self._has_failed_step or (outcome != "completed" and self._has_content)
        usage: Json = dict(self._usage)
        last.append(Done(outcome=outcome, partial=partial, latency_ms=round(at * 1000, 3), usage=usage))
        return last


def _closed(step: Status, outcome: Outcome) -> Status:
    """A step that a completed run left open is done; one that the user stopped did not fail."""
    if outcome == "completed":
        return step.model_copy(update={"state": "done"})
    state = "skipped" if outcome == "cancelled" else "failed"
    return step.model_copy(update={"state": state, "detail": _WORDS[outcome]})
