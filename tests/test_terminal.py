"""What a terminal shows of a run, as plain text."""

import io

from rich.console import Console
from rich.text import Text

from agent.events import Citation, Event, Input, Token, Warning
from agent.terminal import Terminal
from tests.timed import done, run


def shown(*said: tuple[float, Event]) -> list[str]:
    console = Console(file=io.StringIO(), width=100)
    terminal = Terminal(console)
    for entry in run(*said):
        terminal.show(entry)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines() if line.strip()]


def test_reasoning_is_shown_as_it_comes_and_has_times_of_its_own() -> None:
    thought = (0.1, Token(text="Let me think. ", channel="reasoning"))
    assert shown(thought, (2.0, Token(text="Yes ")), (2.1, Token(text="[1].")), done(2.2)) == [
        "Let me think.",
        "Yes [1].",
        "completed · first feedback 0.10 s · first token 0.10 s · first text 2.00 s · total 2.20 s",
    ]


def test_what_interrupts_an_answer_has_a_line_of_its_own() -> None:
    said = shown(
        (0.1, Citation(index=1, title="10-Q", quote="Revenue rose.\nCosts fell.")),
        (0.2, Token(text="It **ro")),
        (0.3, Warning(code="stale", message="An old\x1b[2J figure.")),
        (0.4, Token(text="se**.")),
        done(0.5),
    )
    assert said == [
        "It ro",
        "⚠ An old\N{REPLACEMENT CHARACTER}[2J figure.",
        "se.",
        "[1] 10-Q",
        "    Revenue rose.",
        "    Costs fell.",
        "completed · first feedback 0.10 s · first token 0.20 s · total 0.50 s",
    ]


def test_the_time_that_a_person_took_to_answer_is_apart() -> None:
    question = Input(id="q", prompt="Which?")
    assert shown((0.1, question), (5.1, Input(id="q", state="answered", value="x")), (5.2, Token(text="A")), done(5.3))[
        -1
    ] == ("completed · first feedback 0.10 s · first token 0.20 s · total 0.30 s · waited for you 5.00 s")


LONG = "https://example.com/" + "a" * 150


def sources(*, force_terminal: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=80, force_terminal=force_terminal, no_color=True)
    terminal = Terminal(console)
    for entry in run((0.1, Citation(index=10, title="10-Q", url=LONG)), (0.2, Token(text="[10]")), done(0.3)):
        terminal.show(entry)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().split("\n")


def test_a_link_goes_through_a_pipe_whole() -> None:
    lines = sources(force_terminal=False)
    assert lines[lines.index("[10] 10-Q") + 1] == f"     {LONG}"


def test_a_link_that_is_longer_than_the_screen_is_folded_and_not_cut() -> None:
    drawn = Text.from_ansi("\n".join(sources(force_terminal=True))).plain
    assert LONG in "".join(drawn.split())
