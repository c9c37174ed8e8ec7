"""Which questions are kept away from tuning: one third of each kind, drawn once."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

SEED = 20250827


def kept_ids(questions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the kept third; depends only on the ids, the kinds and `SEED`."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        by_kind[question["kind"]].append(question["id"])
    generator = random.Random(SEED)
    return {
        chosen
        for kind in sorted(by_kind)
        for chosen in generator.sample(sorted(by_kind[kind]), round(len(by_kind[kind]) / 3))
    }
