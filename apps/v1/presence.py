"""Who is looking at a session right now, in this process."""

from collections import defaultdict
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from apps.v1.tokens import Role

Heard = Callable[[list["Person"]], None]


class Person(BaseModel):
    """Somebody who has the session open."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As they chose it."""
    role: Role


class Presence:
    """Tells everybody in a session who is there, whenever that changes. Lives on the event loop."""

    def __init__(self) -> None:
        self._there: defaultdict[str, dict[Heard, Person]] = defaultdict(dict)

    def join(self, session_id: str, person: Person, heard: Heard) -> Callable[[], None]:
        """`heard` gets the list of people now and at every change, until what is returned is called."""
        self._there[session_id][heard] = person
        self._tell(session_id)

        def leave() -> None:
            if self._there[session_id].pop(heard, None) is not None:
                self._tell(session_id)
            if not self._there[session_id]:
                del self._there[session_id]

        return leave

    def people(self, session_id: str) -> list[Person]:
        """In the order in which they came."""
        return list(self._there[session_id].values()) if session_id in self._there else []

    def _tell(self, session_id: str) -> None:
        there = list(self._there[session_id].values())
        for heard in tuple(self._there[session_id]):
            heard(there)
