"""The demo as the browser tests start it: its hosted pace is quick, everything else as it is."""

import sys

from agent.pacing import PROFILES, Pace
from apps.demo import main

PROFILES["hosted"] = Pace(step_seconds=0.02, first_token_seconds=0.02, tokens_per_second=2_000)

if __name__ == "__main__":
    sys.exit(main())
