"""The years and quarters that a text names, so that last year's figure is not quoted for this year's."""

import re

_YEAR = re.compile(r"(?<![\d.,$€£])(?:19|20)\d\d(?!\d|[.,]\d|\s?%)")
_QUARTER = re.compile(
    r"\bq([1-4])\b|\b([1-4])q|\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:\w+\s+)?quarter", re.I
)
_NUMBERS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


def years(text: str) -> set[str]:
    """A comma may follow a year, but not a comma and digits: those are a number.

    >>> sorted(years("In 2025, we sold 2,025 of them, 2025% of the $2025 plan; 388 in 2024."))
    ['2024', '2025']
    """
    return set(_YEAR.findall(text))


def quarters(text: str) -> set[str]:
    """
    >>> sorted(quarters("the second fiscal quarter and Q3"))
    ['2', '3']
    """
    found = (next(group for group in groups if group).lower() for groups in _QUARTER.findall(text))
    return {_NUMBERS.get(word, word[0]) for word in found}


def may_be_about(question: str, text: str, place: str) -> bool:
    """Whether a text names a year and a quarter of the question's, or none; the place it stands in speaks for it."""
    for named in (years, quarters):
        wanted, said = named(question), named(text) or named(place)
        if wanted and said and not wanted & said:
            return False
    return True


def names_time_of(question: str, text: str, place: str) -> bool:
    """Whether a text names the year and the quarter that a question names, which names at least one."""
    wanted = [(named, named(question)) for named in (years, quarters) if named(question)]
    return bool(wanted) and all(times & (named(text) or named(place)) for named, times in wanted)
