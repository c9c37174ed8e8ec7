"""The words of both pages."""

TITLE = "Firstlight"
LINE = "Ask about company filings. Every claim carries its source."
ASK = "Ask a question…"
SEND = "Send"
STOP = "Stop"
NEW_SESSION = "New session"
SESSIONS = "Earlier sessions"
NO_SESSIONS = "No earlier sessions yet."
SHARE = "Share this session"
COPY = "Copy link"
OPEN_IN = "Open in {page}"
WELCOME_TITLE = "What would you like to know?"
START = "Try one of these"
WELCOME = "Watch an agent work: what it is doing, what it found, and how long you waited for it."
RECEIVED = "Received, working…"

PROGRESS, SOURCES, ARTIFACTS, TOOL_LOG = "Progress", "Sources", "Artifacts", "Tool log"
EMPTY = {
    "steps": "The steps appear here while the agent works.",
    "sources": "Sources appear here as the agent finds them.",
    "artifacts": "Figures, tables and charts appear here.",
    "tools": "Every tool call appears here, with what went in and what came out.",
}

PACE = "Pace"
PACES = {"": "As it is", "hosted": "Hosted model", "slow-agent": "Slow agent", "local-cpu": "Local CPU"}
DEFAULT_PACE = "hosted"
PACED = "simulated pace: {pace}"
REPLAYED = "replay of {run}"
COLLECTION = "Ask"
NO_COLLECTION = "Company filings"

PHASES = {"queued": "Waiting for its turn…", "running": "Working…", "waiting_input": "Waiting for you"}
OUTCOMES = {
    "completed": "Finished",
    "cancelled": "Stopped by you. What was written is kept.",
    "timeout": "Out of time. What was written is kept.",
    "error": "It failed. What was written is kept.",
    "interrupted": "The server stopped while it worked. What was written is kept.",
}
PARTIAL = "Partial answer"

YOUR_ANSWER, ANSWER, DECLINE, YES, NO = "Your answer", "Answer", "Decline", "Yes", "No"
TIME_LEFT = "Time left: {left}"

FIRST_FEEDBACK, FIRST_TOKEN, TOTAL = "first feedback", "first token", "total"


def seconds(ms: float) -> str:
    """`0.05 s`, `1.2 s`, `84 s`: as many digits as a person can use."""
    value = ms / 1000
    if 0 <= value < 0.005:
        return "< 0.01 s"
    digits = 2 if value < 0.995 else 1 if value < 59.95 else 0
    return f"{value:.{digits}f} s"
