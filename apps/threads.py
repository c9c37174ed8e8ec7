"""Work of the pages that would hold up the event loop."""

from agent.threads import Threads

in_thread = Threads(8, "page").run
