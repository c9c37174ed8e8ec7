"""The page that Gradio's guide begins with: `gr.ChatInterface` over an async generator. `python -m ... PORT`."""

import sys
from collections.abc import AsyncIterator

import gradio as gr

from eval.bench.token_source import Order, speak


async def answer(question: str, history: list[object]) -> AsyncIterator[str]:
    text = ""
    async for token in speak(Order.of(question)):
        text += token
        yield text


if __name__ == "__main__":
    gr.ChatInterface(answer).launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)
