"""Percentiles that say how sure they are, or refuse.

The interval is the distribution-free one of order statistics: the ranks between which the
percentile lies with 95 % by the binomial law. It exists from 6 values on for p50, 36 for p90, 72
for p95 and 368 for p99; below, there is no percentile either.
"""

import math
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

NEEDED = {50: 6, 90: 36, 95: 72, 99: 368}
"""The fewest values for a percentile's two-sided 95 % interval."""

_TAIL = 0.025


class Percentile(BaseModel):
    """A percentile with its interval; `value` is None where it is refused, and `reason` says why."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    reason: str = ""


def percentile(values: Sequence[float], p: int) -> Percentile:
    """The p-th percentile for p in 50, 90, 95, 99. A failure may stand in `values` as `math.inf`."""
    n = len(values)
    if n < NEEDED[p]:
        return Percentile(n=n, reason=f"n < {NEEDED[p]}")
    ordered = sorted(values)
    low, high = _ranks(n, p / 100)
    return Percentile(value=quantile(ordered, p / 100), low=ordered[low - 1], high=ordered[high - 1], n=n)


def quantile(ordered: Sequence[float], q: float) -> float:
    """The quantile of ascending values, interpolated between neighbours."""
    place = q * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below if below == above else below + (above - below) * (place - math.floor(place))


def _ranks(n: int, q: float) -> tuple[int, int]:
    """The 1-based ranks of the interval's ends."""
    return max(1, _binomial_rank(n, q, _TAIL)), min(n, _binomial_rank(n, q, 1 - _TAIL) + 1)


def _binomial_rank(n: int, q: float, share: float) -> int:
    """The least k with P(Binomial(n, q) <= k) >= share."""
    total = 0.0
    for k in range(n + 1):
        ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        total += math.exp(ways + k * math.log(q) + (n - k) * math.log1p(-q))
        if total >= share:
            return k
    return n
