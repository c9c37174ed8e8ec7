"""Artifacts: in the client's state under `/artifacts/{id}`, and as activities beside the text."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from agent.events import Artifact, Json
from apps.wires.agui.events import AguiEvent, activity, event, pointer, shown


class Artifacts:
    """The newest version of each."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._versions: dict[str, int] = {}

    def snapshot(self, state: JsonValue, artifacts: Mapping[str, Artifact]) -> Iterator[AguiEvent]:
        """The client's own state with this run's artifacts; what it has else stays as it is."""
        self._versions = {name: artifact.version for name, artifact in artifacts.items()}
        mine: Json = {name: shown(artifact) for name, artifact in artifacts.items()}
        yield event("STATE_SNAPSHOT", snapshot=(state if isinstance(state, dict) else {}) | {"artifacts": mine})
        for artifact in artifacts.values():
            yield self._beside(artifact)

    def see(self, artifact: Artifact) -> Iterator[AguiEvent]:
        before = self._versions.get(artifact.id)
        if before is not None and before > artifact.version:
            return
        self._versions[artifact.id] = artifact.version
        path = pointer("artifacts", artifact.id)
        op = {"op": "add" if before is None else "replace", "path": path, "value": shown(artifact)}
        yield event("STATE_DELTA", delta=[op])
        yield self._beside(artifact)

    def _beside(self, artifact: Artifact) -> AguiEvent:
        return activity(f"{self._run_id}-artifact-{artifact.id}", "artifact", shown(artifact))
