"""What looks like a secret does not reach a log, and what does not, does."""

import time

import pytest

from agent.events import Json, Tool
from agent.redact import redacted

KEYS = [
    "sk-proj-Abc123Def456Ghi789Jkl",
    "ghp_" + "a1B2" * 8,
    "AKIAABCDEFGHIJKLMNOP",
    "xoxb-1234567890-abcdef",
    "AIzaSy" + "0aB" * 11,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_hidden_wherever_it_stands(key: str) -> None:
    assert key not in redacted(f"before {key} after")
    assert redacted(f"before {key} after").startswith("before [redacted]")
    assert redacted({"a": [f"x={key}", {"b": f'"{key}"'}]}) == {"a": ["x=[redacted]", {"b": '"[redacted]"'}]}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc123def456", "Authorization: Bearer [redacted]"),
        ("GET /v1?api_key=s3cr3t-key&q=1", "GET /v1?api_key=[redacted]&q=1"),
        ("postgres://me:hunter2@db/x", "postgres://[redacted]@db/x"),
    ],
)
def test_a_secret_that_its_place_betrays_is_hidden(text: str, hidden: str) -> None:
    assert redacted(text) == hidden


@pytest.mark.parametrize("name", ["password", "api_key", "X-Api-Key", "Authorization", "client_secret", "access_token"])
def test_a_value_that_its_name_betrays_is_hidden(name: str) -> None:
    assert redacted({name: "hunter2", "q": "x"}) == {name: "[redacted]", "q": "x"}
    number: Json = {"in": {name: 12345}}
    assert redacted(number) == {"in": {name: "[redacted]"}}
    listed: Json = {name: ["hunter2"]}
    assert redacted(listed) == {name: "[redacted]"}


@pytest.mark.parametrize(
    "innocent",
    [
        "The risk-adjusted-return-of-the-portfolio rose.",
        "Holders of bearer securities and bearer instruments",
        "https://www.sec.gov/Archives/edgar/data/1045810/000104581025000023/nvda-20250126.htm",
        {"output_tokens": 12, "tokens_per_second": 3.5, "accession": "0001045810-25-000023"},
        {"password": "", "secret": None, "has_api_key": True},
        ["a", 1, None, True],
    ],
)
def test_what_is_no_secret_stays(innocent: object) -> None:
    assert redacted(innocent) == innocent


def test_an_event_stays_an_event() -> None:
    tool = Tool(call_id="1", name="fetch", arguments={"password": "x", "n": 1}, output=[KEYS[0]], log=f"{KEYS[1]}!")
    arguments: Json = {"password": "[redacted]", "n": 1}
    assert redacted(tool) == Tool(
        call_id="1", name="fetch", arguments=arguments, output=["[redacted]"], log="[redacted]!"
    )
    assert tool.output == [KEYS[0]]


@pytest.mark.parametrize("text", ["eyJ-", "a.eyJaaaaaaaaaaaa-", "eyJaaaaaaaaaa.", "sk-", "://a:", "bearer 1"])
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    """Twice as long may take twice as long; a pattern that backtracks would take four times, and minutes for 1 MB."""

    def seconds(repeats: int) -> float:
        began = time.process_time()
        redacted(text * repeats)
        return time.process_time() - began

    repeats = 40_000 // len(text)
    short, long = min(seconds(repeats) for _ in range(3)), min(seconds(8 * repeats) for _ in range(3))
    assert long < 24 * short + 0.1
