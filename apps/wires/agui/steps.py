"""The steps of the work: AG-UI's own, which have only a name, and an activity for what they say."""

from collections.abc import Iterator

from agent.events import Status
from agent.view import Step
from apps.wires.agui.events import AguiEvent, activity, event, shown


class Steps:
    """A step's id is its `stepName`: no two open ones share it."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._seen: dict[str, Status] = {}
        self._open: dict[str, None] = {}

    def see(self, status: Status) -> Iterator[AguiEvent]:
        old, name = self._seen.get(status.id), status.id
        if old is not None:
            words = {"label": status.label or old.label, "detail": status.detail or old.detail}
            status = status.model_copy(update=words)
        self._seen[name] = status
        begins = status.state == "running" or (old is None and status.state != "skipped")
        if begins and name not in self._open:
            self._open[name] = None
            yield event("STEP_STARTED", stepName=name)
        yield activity(f"{self._run_id}-step-{name}", "step", shown(status))
        if status.state != "running" and name in self._open:
            del self._open[name]
            yield event("STEP_FINISHED", stepName=name)

    def again(self, steps: tuple[Step, ...]) -> Iterator[AguiEvent]:
        """Steps that were taken before the reader came."""
        for step in steps:
            yield from self.see(
                Status(step=step.step, id=step.id, state=step.state, label=step.label, detail=step.detail)
            )

    def end(self) -> Iterator[AguiEvent]:
        """A run that waits for the person has open steps; they begin again when it goes on."""
        for name in self._open:
            yield event("STEP_FINISHED", stepName=name)
        self._open.clear()
