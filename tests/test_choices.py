"""What a browser keeps of its choices: it may hold anything."""

import pytest

from apps import words
from apps.choices import kept_collection, kept_pace


@pytest.mark.parametrize(
    ("cookies", "pace"),
    [
        ({}, words.DEFAULT_PACE),
        ({"firstlight_pace": "local-cpu"}, "local-cpu"),
        ({"firstlight_pace": ""}, ""),
        ({"firstlight_pace": "%00<b>"}, words.DEFAULT_PACE),
    ],
)
def test_a_pace_that_exists_is_kept(cookies: dict[str, str], pace: str) -> None:
    assert kept_pace(cookies) == pace


def test_a_collection_is_kept_while_it_is_there() -> None:
    cookies = {"firstlight_collection": "Gesch%C3%A4ftsberichte%202025"}
    assert kept_collection(cookies, ["Geschäftsberichte 2025"]) == "Geschäftsberichte 2025"
    assert kept_collection(cookies, ["another"]) == ""
    assert kept_collection({}, ["another"]) == ""
