"""The demo as the browser tests start it: its hosted pace is quick, and some questions to the user expire soon."""

import sys
from typing import Any

from agent.home import Core
from agent.pacing import PROFILES, Pace
from agent.request import Limits, Request
from apps.demo import main

PROFILES["hosted"] = Pace(step_seconds=0.02, first_token_seconds=0.02, tokens_per_second=2_000)
SOON_S = 5

ask = Core.ask


async def ask_in_a_hurry(core: Core, request: Request, **more: Any) -> str:
    if request.question.startswith("expiring "):
        request = request.model_copy(update={"limits": Limits(input=SOON_S)})
    return await ask(core, request, **more)


Core.ask = ask_in_a_hurry  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main())
