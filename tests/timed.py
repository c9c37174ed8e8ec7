"""Runs written down as what was said when: `(seconds since submit, event)`."""

from agent.entries import Entry, payload_of
from agent.events import Done, Event, Outcome, Status, Token
from agent.metrics import Row, measure

Said = tuple[float, Event]


def run(*said: Said, run_id: str = "r_1") -> list[Entry]:
    return [Entry(run_id, seq, at, event.type, payload_of(event)) for seq, (at, event) in enumerate(said, 1)]


def done(at: float, outcome: Outcome = "completed", partial: bool = False) -> Said:
    return at, Done(outcome=outcome, partial=partial, latency_ms=at * 1000)


def row(*said: Said) -> Row:
    return measure(run(*said))


def text(at: float, words: str = "word ") -> Said:
    return at, Token(text=words)


def status(at: float, step: str, label: str = "", state: str = "running", detail: str = "") -> Said:
    return at, Status.model_validate({"step": step, "label": label, "state": state, "detail": detail})
