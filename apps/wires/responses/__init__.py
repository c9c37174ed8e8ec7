"""The OpenAI Responses API."""

from apps.wires.responses.routes import router

__all__ = ["router"]
