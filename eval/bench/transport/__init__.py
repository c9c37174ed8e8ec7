"""The same stream over SSE, a WebSocket and other people's SSE: `python -m eval bench transport`."""
