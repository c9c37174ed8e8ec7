"""The agent of the plain page's tests: that of tests/server/agents.py, and questions of every kind to the user."""

from collections.abc import AsyncGenerator

from agent.events import Artifact, Event, Input, Json, Token
from agent.request import Request
from tests.browser.agents import hostile
from tests.server import agents

SCHEMAS: dict[str, Json] = {
    "text": {"type": "string", "minLength": 3},
    "number": {"type": "number", "minimum": 1},
    "boolean": {"type": "boolean"},
    "choice": {"enum": ["NVIDIA", "AMD", 7]},
}
BARS: Json = {"mark": {"type": "bar"}, "data": {"values": [{"quarter": "Q1", "revenue": 7}]}}


async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
    """`pick KIND`: asks for an answer of that kind. `hostile`: text that wants to be more. `chart`: one to draw."""
    kind, _, rest = request.question.partition(" ")
    if kind == "pick":
        reply = yield Input(id="q", prompt="Which <b>one</b>?", schema_=SCHEMAS[rest])
        yield Token(text=f"You {reply.state}: {reply.value!r}." if reply else "")
    elif kind == "hostile":
        for event in hostile():
            yield event
    elif kind == "chart":
        yield Artifact(id="c", kind="chart", title="Bars", data=BARS)
        yield Token(text="**So** it is.")
    else:
        work = agents.agent(request)
        said = None
        try:
            while True:
                said = yield await work.asend(said)
        except StopAsyncIteration:
            return
