"""The arithmetic of the tools, and how its values are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.research.figures import arithmetic
from agent.research.figures.arithmetic import NotDefined
from agent.research.figures.results import listed, show

amounts = st.floats(1, 1e6)


@given(amounts, amounts)
def test_growth_there_and_back_is_no_growth(new: float, old: float) -> None:
    there, back = arithmetic.growth(new, old), arithmetic.growth(old, new)
    assert (1 + there / 100) * (1 + back / 100) == pytest.approx(1)
    assert arithmetic.cagr(new, old, 1) == pytest.approx(there, rel=1e-6, abs=1e-6)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=10))
def test_the_index_lies_between_equal_shares_and_a_single_holder(shares: list[float]) -> None:
    total = sum(shares)
    index = arithmetic.hhi(arithmetic.ratio(share, total) for share in shares)
    assert 10_000 / len(shares) - 1e-6 <= index <= 10_000 + 1e-6


@pytest.mark.parametrize("base", [0, -1])
def test_no_growth_rate_from_nothing_or_less(base: float) -> None:
    with pytest.raises(NotDefined):
        arithmetic.growth(1, base)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (46_743e6, "USD", "$46,743 million"),
        (-88.2e6, "USD", "-$88.2 million"),
        (0, "USD", "$0 million"),
        (1.08, "USD/share", "$1.08"),
        (0.385, "USD/share", "$0.385"),
        (24_532e6, "shares", "24,532 million shares"),
        (55.603, "percent", "55.6%"),
        (2.71, "percentage points", "+2.7 percentage points"),
        (785.0, "HHI points", "785"),
    ],
)
def test_values_are_shown_as_people_read_them(value: float, unit: str, shown: str) -> None:
    assert show(value, unit) == shown


def test_names_are_listed_as_people_do() -> None:
    assert [listed(["A", "B", "C"][:count]) for count in range(4)] == ["", "A", "A and B", "A, B and C"]
