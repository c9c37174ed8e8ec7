"""Whether the run that this code works for was cancelled.

Cancelling a task raises in whatever it awaits, but a thread goes on and an `except` can swallow
it. So every call to a model or a tool asks here first.
"""

from contextvars import ContextVar

from agent.errors import Stopped

_stopped: ContextVar[list[bool] | None] = ContextVar("stopped", default=None)


def watch() -> list[bool]:
    """Starts watching in this context; set the first item to True to stop what runs in it."""
    flag = [False]
    _stopped.set(flag)
    return flag


def check_stopped() -> None:
    """Call before anything is sent to a model or a tool. Raises Stopped once the run was cancelled."""
    flag = _stopped.get()
    if flag and flag[0]:
        raise Stopped("the run was cancelled: nothing more is sent to a model or a tool")
