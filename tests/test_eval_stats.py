"""Percentiles: the interval's law, and what is refused."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.stats import NEEDED, percentile, quantile


@pytest.mark.parametrize(("p", "needed"), [(50, 6), (90, 36), (95, 72), (99, 368)])
def test_a_percentile_is_refused_below_its_count(p: int, needed: int) -> None:
    values = [float(i) for i in range(needed)]
    assert NEEDED[p] == needed
    assert percentile(values, p).value is not None
    refused = percentile(values[:-1], p)
    assert (refused.value, refused.low, refused.high) == (None, None, None)
    assert (refused.n, refused.reason) == (needed - 1, f"n < {needed}")


@pytest.mark.parametrize("p", NEEDED)
def test_the_counts_are_the_least_for_which_the_interval_exists(p: int) -> None:
    """Two-sided 95 %: the chance that all values lie on one side of the percentile is at most 2.5 %."""
    q = max(p / 100, 1 - p / 100)
    assert q ** NEEDED[p] <= 0.025 < q ** (NEEDED[p] - 1)


def test_the_median_of_ten_lies_between_the_second_and_the_ninth() -> None:
    found = percentile([float(i) for i in range(1, 11)], 50)
    assert (found.value, found.low, found.high) == (5.5, 2, 9)


def test_a_hundred_values_and_the_ninetieth() -> None:
    found = percentile([float(i) for i in range(1, 101)], 90)
    assert found.value == pytest.approx(90.1)
    assert (found.low, found.high) == (84, 96)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw = random.Random(1)
    held = 0
    for _ in range(1000):
        found = percentile([draw.lognormvariate(0, 1) for _ in range(40)], 90)
        assert found.low is not None and found.high is not None
        held += found.low <= math.exp(1.2815515655) <= found.high
    assert held >= 935


def test_failures_as_infinity_move_the_percentile_and_stay_json() -> None:
    found = percentile([1.0, 2.0, 3.0, math.inf, math.inf, math.inf, math.inf], 50)
    assert found.value == math.inf
    assert '"value":"Infinity"' in found.model_dump_json()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=60))
def test_the_value_lies_in_its_interval_and_the_interval_in_the_data(values: list[float]) -> None:
    found = percentile(values, 50)
    assert found.low is not None and found.value is not None and found.high is not None
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_quantiles_are_interpolated() -> None:
    assert [quantile([1.0, 2.0, 4.0], q) for q in (0, 0.25, 0.5, 0.75, 1)] == [1, 1.5, 2, 3, 4]
