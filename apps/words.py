"""The words of both pages."""

TITLE = "Firstlight"
ASK = "Ask a question…"
SEND = "Send"
STOP = "Stop"
NEW_SESSION = "New session"
SESSIONS = "Earlier sessions"
NO_SESSIONS = "No earlier sessions yet."
SHARE = "Share this session"
COPY = "Copy link"
COPY_FOR_VIEWER = "Copy link for a viewer"
OPEN_IN = "Open in {page}"
GRADIO, STREAMLIT = "Gradio", "Streamlit"
LATENCY = "Latency"
NO_MEASURED_RUNS = "There are no measured runs yet. `python -m eval run` makes some; this page looks for them in"
DASHED = "Dashed: first feedback, first token, and first text where reasoning came before. Point at a mark to read it."
LATENCY_LINE = "What a person waited for, from the log of the run. Silence over one second is red."
WELCOME_TITLE = "What would you like to know?"
START = "Try one of these"
WELCOME = "Watch an agent work: what it is doing, what it found, and how long you waited for it."
RECEIVED = "Received, working…"

PROGRESS, SOURCES, ARTIFACTS, TOOL_LOG = "Progress", "Sources", "Artifacts", "Tool log"
TABS = {"sources": SOURCES, "artifacts": ARTIFACTS, "tools": TOOL_LOG}
CONVERSATION, JUMP = "Conversation", "Parts of the page"
EMPTY = {
    "steps": "The steps appear here while the agent works.",
    "sources": "Sources appear here as the agent finds them.",
    "artifacts": "Figures, tables and charts appear here.",
    "tools": "Every tool call appears here, with what went in and what came out.",
}
"""What stands in a panel before anything is in it."""
NONE = {
    "steps": "No steps in this answer.",
    "sources": "No sources in this answer.",
    "artifacts": "No figures, tables or charts in this answer.",
    "tools": "No tool calls in this answer.",
}
"""And once the answer has ended without any."""

PACE = "Pace"
PACES = {"": "As it is", "hosted": "Hosted model", "slow-agent": "Slow agent", "local-cpu": "Local CPU"}
PACED = "simulated pace: {pace}"
REPLAY, REPLAYED = "replay", "replay of {run}"
COLLECTION = "Documents"

PHASES = {"queued": "Waiting for its turn…", "running": "Working…", "waiting_input": "Waiting for an answer"}
OUTCOMES = {
    "completed": "Finished.",
    "cancelled": "Stopped.",
    "timeout": "Out of time.",
    "error": "It failed.",
    "interrupted": "The server stopped while it worked.",
}
KEPT, NOTHING_YET = "What was written is kept.", "Nothing had been written yet."
PARTIAL = "Partial answer"

YOUR_ANSWER, ANSWER, DECLINE, YES, NO = "Your answer", "Answer", "Decline", "Yes", "No"
TIME_LEFT = "Time left: {left}"
UNANSWERED = "Nobody answered: {question}"
ANSWERED, ANSWERED_BY = "answered", "answered by {name}"
DECLINED, DECLINED_BY = "declined", "declined by {name}"

ALSO_HERE, YOUR_NAME, GUEST = "Also here: {people}", "Your name", "Guest"
VIEWER = "You are watching: this link lets you read, and neither ask, nor answer, nor stop."
KEY_NEEDED = "This server needs a key. Add it, or the token of a link, to this page’s address: ?token=…"
BURSTS = "The answer arrives in bursts: something between you and the server, a proxy most likely, holds it back."
LOST = "The connection is lost; trying again…"

LONGEST_SILENCE = "longest silence"

ASK_IN_GRADIO, ASK_IN_STREAMLIT = "Ask in Gradio", "Ask in Streamlit"
SITE_LINE = "Shows, and measures, how an AI agent’s answer arrives. The same sessions in two front ends."
WAYS_IN = {
    ASK_IN_GRADIO: "The conversation as a Gradio page",
    ASK_IN_STREAMLIT: "The same conversation as a Streamlit page",
    LATENCY: "Where the time of an answer went",
}
GRADIO_STARTS = "The Gradio page is starting"
GRADIO_STARTS_LINE = "It takes about fifteen seconds from the start of the demo. This page reloads itself."
GRADIO_FAILED = "The Gradio page could not start"
GRADIO_FAILED_LINE = "The reason stands in the terminal in which the demo was started. The other pages go on."
STREAMLIT_IS_READY = "It is ready already"


def seconds(ms: float) -> str:
    """`0.05 s`, `1.2 s`, `84 s`: as many digits as a person can use."""
    value = ms / 1000
    if 0 <= value < 0.005:
        return "< 0.01 s"
    digits = 2 if value < 0.995 else 1 if value < 59.95 else 0
    return f"{value:.{digits}f} s"
