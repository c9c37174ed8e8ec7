"""Which questions are kept away from tuning: of the second series, half of each kind, drawn once."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

SEED = 20261122
SECOND_SERIES = "s2-"
"""The ids of the first series have no prefix; its kept third was spent on tuning, so all of it is `dev`."""


def kept_ids(questions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the kept half; depends only on the ids, the kinds and `SEED`."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        if question["id"].startswith(SECOND_SERIES):
            by_kind[question["kind"]].append(question["id"])
    generator = random.Random(SEED)
    return {
        chosen
        for kind in sorted(by_kind)
        for chosen in generator.sample(sorted(by_kind[kind]), round(len(by_kind[kind]) / 2))
    }
