"""The UI message stream of the AI SDK, for `useChat`."""

from apps.wires.ai_sdk.routes import router

__all__ = ["router"]
