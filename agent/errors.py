"""What can go wrong, as exceptions.

FirstlightError
├── UsageError            a value that somebody gave is not usable; the message quotes it
│   ├── UnknownAgent      no agent of that name or import path
│   ├── UnknownRun        no run with that id
│   ├── UnknownSession    no session with that id
│   ├── LogExpired        the run is known, and its entries are no longer kept
│   └── BadRecording      a file that is not a recording of ours
├── AgentProtocolError    an agent yielded what an agent may not yield
├── StageTimeout          a stage took longer than its limit
├── LogLimit              a run says more than a log should hold
├── Ended                 raised by a replay, and by a run elsewhere, to end as that did
├── Transient             a failure that is worth another try; `retry` catches it
├── Stopped               the run was cancelled: nothing more may be sent to a model or a tool
├── InputRejected         an answer to a question was late, repeated or of the wrong shape
├── InvalidRun            entries that cannot be measured (agent/timeline.py)
├── ServerError           a server of ours refused a request, cannot be reached, or is none of ours
└── LogUnavailable        the event log cannot store at the moment (disk full, database locked)
"""

from agent.events import Outcome


class FirstlightError(Exception):
    """Everything that Firstlight raises on purpose."""


class UsageError(FirstlightError):
    """A value that somebody gave is not usable."""


class UnknownAgent(UsageError):
    """No agent of that name or import path."""


class UnknownRun(UsageError):
    """No run with that id."""


class UnknownSession(UsageError):
    """No session with that id."""


class LogExpired(UsageError):
    """The run is known, and its entries are no longer kept."""


class BadRecording(UsageError):
    """A file that is not a recording of ours."""


class AgentProtocolError(FirstlightError):
    """An agent yielded what an agent may not yield."""


class StageTimeout(FirstlightError):
    """A stage took longer than its limit of `seconds`."""

    def __init__(self, step: str, seconds: float) -> None:
        super().__init__(f"the step {step!r} took longer than its limit of {seconds:g} s")
        self.step = step
        self.seconds = seconds


class LogLimit(FirstlightError):
    """A run says more than a log should hold."""


class Ended(FirstlightError):
    """Raised by a replay, and by a run elsewhere, to end as that did, with `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"the recording ended {outcome}")
        self.outcome = outcome


class Transient(FirstlightError):
    """A failure that is worth another try."""


class Stopped(FirstlightError):
    """The run was cancelled: nothing more may be sent to a model or a tool."""


class InputRejected(FirstlightError):
    """An answer to a question was late, repeated or of the wrong shape."""


class ServerError(FirstlightError):
    """A server of ours refused a request, cannot be reached, or is none of ours."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class LogUnavailable(FirstlightError):
    """The event log cannot store at the moment."""
