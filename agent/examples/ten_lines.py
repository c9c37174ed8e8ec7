"""A complete agent: `python -m agent ask "how are you?" --agent agent.examples.ten_lines:my_agent`."""

from collections.abc import AsyncIterator

from agent import Citation, Event, Request, Status, Token


async def my_agent(request: Request) -> AsyncIterator[Event]:
    yield Status(step="retrieving", label=f"Looking up {request.question!r}")
    found = "Rome was not built in a day."
    yield Status(step="retrieving", state="done", detail="1 proverb")
    yield Citation(index=1, title="A proverb", quote=found)
    for word in f"They say: {found} [1]".split():
        yield Token(text=word + " ")
