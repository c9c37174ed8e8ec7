"""The arithmetic of the tools: named pure functions over numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable


class NotDefined(ArithmeticError):
    """A calculation that has no meaning for its inputs."""


def growth(new: float, old: float) -> float:
    """Relative change in per cent; NotDefined from zero or a negative base."""
    if old <= 0:
        raise NotDefined(f"a growth rate from {old:g} has no meaning; the base must be positive")
    return (new - old) / old * 100


def ratio(part: float, whole: float) -> float:
    """`part` as per cent of `whole`."""
    if whole == 0:
        raise NotDefined("a share of zero has no meaning")
    return part / whole * 100


def cagr(new: float, old: float, years: float) -> float:
    """Compound growth a year in per cent."""
    if old <= 0 or new <= 0 or years <= 0:
        raise NotDefined(f"compound growth from {old:g} to {new:g} over {years:g} years has no meaning")
    return (math.pow(new / old, 1 / years) - 1) * 100


def hhi(shares: Iterable[float]) -> float:
    """Herfindahl-Hirschman index: the sum of squared shares in per cent; 10,000 is a single holder.

    A. O. Hirschman, "The Paternity of an Index", American Economic Review 54 (1964) 761.
    """
    return sum(share**2 for share in shares)
