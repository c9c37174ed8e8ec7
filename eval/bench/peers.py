"""The same stream of words through other people's pipelines. Raises ImportError where one is not installed."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any, TypedDict


class _State(TypedDict):
    question: str


async def langgraph_custom(tokens: int) -> int:
    """A graph of one node that streams through its writer, read with `stream_mode="custom"`."""
    graph, config = import_module("langgraph.graph"), import_module("langgraph.config")

    async def say(_: _State) -> dict[str, str]:
        write = config.get_stream_writer()
        for _number in range(tokens):
            write({"token": "word "})
            await asyncio.sleep(0)
        return {}

    built = graph.StateGraph(_State).add_node("say", say)
    compiled = built.add_edge(graph.START, "say").add_edge("say", graph.END).compile()
    count = 0
    async for _ in compiled.astream({"question": "q"}, stream_mode="custom"):
        count += 1
    return count


async def pydantic_ai_events(tokens: int) -> int:
    """An agent with a function for a model, read through `run_stream_events`."""
    ai, messages = import_module("pydantic_ai"), import_module("pydantic_ai.messages")
    function = import_module("pydantic_ai.models.function")

    async def say(*_: Any) -> AsyncIterator[str]:
        for _number in range(tokens):
            yield "word "
            await asyncio.sleep(0)

    agent = ai.Agent(function.FunctionModel(stream_function=say))
    count = 0
    async with agent.run_stream_events("q") as events:
        async for event in events:
            count += isinstance(event, messages.PartStartEvent | messages.PartDeltaEvent)
    return count
