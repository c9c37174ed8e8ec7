"""The UI message stream of the AI SDK, for `useChat`."""

from fastapi import APIRouter

from apps.wires.ai_sdk import routes, socket

router = APIRouter()
router.include_router(routes.router)
router.include_router(socket.router)

__all__ = ["router"]
