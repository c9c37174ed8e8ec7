"""Agents of the server's tests; the question says what they do."""

import asyncio
from collections.abc import AsyncGenerator

from agent.events import Artifact, Citation, Event, Input, Status, Token, Tool, Warning
from agent.request import Request

HARD = 'Zeile\u2028eins\u2029zwei\u0085drei \U0001f600 "quoted" \\ back\r\nnew\ttab é'
"""What breaks readers that split lines where they should not, or count bytes."""


async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
    """`all`: every kind of event. `count N [PAUSE]`: N numbered tokens. `ask`, `choose`: a question to the user.
    `fail`: raises in the middle. `wait`: says one token and then nothing."""
    kind, *rest = request.question.split()
    match kind:
        case "all":
            for event in everything():
                await asyncio.sleep(0)
                yield event
        case "count":
            pause = float(rest[1]) if len(rest) > 1 else 0.0
            yield Status(step="generating", label="Counting")
            for number in range(int(rest[0])):
                await asyncio.sleep(pause)
                yield Token(text=f"{number} ")
        case "ask":
            yield Token(text="First, ")
            reply = yield Input(id="go", prompt="Go on?", schema_={"type": "boolean"})
            yield Token(text=f"you said {reply.value if reply else None} ({reply.state if reply else ''}).")
        case "choose":
            choice = yield Input(id="which", prompt="Which?", schema_={"enum": ["left", "right"]})
            yield Token(text=f"You chose {choice.value if choice else None}.")
        case "fail":
            yield Status(step="generating", label="Writing")
            yield Token(text="Half an ")
            raise RuntimeError("the model went away")
        case "wait":
            yield Token(text="Waiting")
            await asyncio.Event().wait()
        case _:
            yield Token(text=f"You asked {request.question!r}.")


def everything() -> list[Event]:
    return [
        Status(step="retrieving", label="Searching"),
        Tool(call_id="c1", name="lookup", arguments={"metric": "revenue"}),
        Tool(call_id="c1", name="lookup", state="done", arguments={"metric": "revenue"}, output={"value": 46743}),
        Status(step="retrieving", state="done", label="Searching", detail="kept 2 of 9"),
        Citation(index=1, title="A 10-Q", source="10-Q", url="https://example.org/1", locator="Note 1", quote="Fact."),
        Citation(index=2, title="A 10-K", source="10-K", quote=HARD),
        Artifact(id="v", kind="value", title="Revenue", data={"value": 46743, "unit": "USD", "text": "$46.7 billion"}),
        Status(step="generating", label="Writing"),
        Token(text="Thinking it over. ", channel="reasoning"),
        *(Token(text=text) for text in ("Revenue ", "was ", "$46.7 billion [1]. ", HARD, " And [2].")),
        Warning(code="partial_data", message="Only one quarter is known."),
        Artifact(id="v", version=2, kind="value", title="Revenue", data={"value": 46743, "text": "$46.74 billion"}),
        Status(step="generating", state="done", label="Writing"),
    ]
