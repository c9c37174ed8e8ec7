"""The core of Firstlight: events, the log, the Runner, and the built-in agent."""

from agent.events import Artifact, Citation, Error, Event, Input, Status, Token, Tool, Trace, Warning
from agent.request import Limits, Request, Turn

__all__ = [
    "Artifact",
    "Citation",
    "Error",
    "Event",
    "Input",
    "Limits",
    "Request",
    "Status",
    "Token",
    "Tool",
    "Trace",
    "Turn",
    "Warning",
]
