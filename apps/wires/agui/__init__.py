"""AG-UI 1.0 (https://docs.ag-ui.com)."""

from apps.wires.agui.routes import router

__all__ = ["router"]
