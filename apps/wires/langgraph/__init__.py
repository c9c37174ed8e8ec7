"""The run streams of the LangGraph SDK."""

from apps.wires.langgraph.routes import router

__all__ = ["router"]
