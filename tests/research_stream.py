"""What the built-in agent streams for a question, and how a test reads it."""

from typing import Any

from agent.events import Event, Status, Token, Warning
from agent.request import Request
from agent.research.agent import research

LEAD = "Is customer concentration at NVIDIA rising?"


async def events(question: str, **request: Any) -> list[Event]:
    return [event async for event in research(Request(question=question, **request))]


def text(stream: list[Event]) -> str:
    return "".join(event.text for event in stream if isinstance(event, Token))


def steps(stream: list[Event]) -> list[str]:
    return [f"{event.step} {event.state}" for event in stream if isinstance(event, Status)]


def codes(stream: list[Event]) -> set[str]:
    return {event.code for event in stream if isinstance(event, Warning)}
