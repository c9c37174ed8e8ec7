"""A run in the terminal: live steps, streaming text, sources at the end."""

import re

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from agent.entries import Entry
from agent.events import Artifact, Citation, Input, Json, Token, Tool, Warning
from agent.view import Step, View, apply

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("–", "dim")}
_OUTCOMES = {"completed": "green", "cancelled": "yellow", "timeout": "red", "error": "red", "interrupted": "red"}


def plain(text: str) -> str:
    """Text from models and documents without what would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class Terminal:
    """Draws one run; call `show` with each entry, and `close` whatever happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._view = View()
        self._live: Live | None = None
        self._printed: set[str] = set()
        self._writing = ""
        """The channel whose text is being written; empty between two texts."""
        self._bold = _Bold()

    def show(self, entry: Entry) -> None:
        self._view = apply(self._view, entry)
        match event := entry.event:
            case Token(channel=channel):
                self._write(event.text, channel)
            case Warning():
                self._line(Text(f"⚠ {plain(event.message)}", "yellow"))
            case Input(state="requested"):
                self._line(Text(f"? {plain(event.prompt)}", "bold cyan"))
            case Artifact(kind="value"):
                self._line(Text(f"= {plain(event.title)}: {plain(str(event.data.get('text', '')))}", "cyan"))
            case Tool(state="done" | "failed"):
                self._line(Text(f"  {event.name}({_call(event.arguments)}) {event.state}", "dim"))
            case _:
                self._draw_steps()
        if self._view.stream.phase == "ended":
            self._finish()

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw_steps(self) -> None:
        for step in self._view.stream.steps:
            if step.state != "running" and step.id not in self._printed:
                self._printed.add(step.id)
                self._line(_line_of(step))
        running = [step for step in self._view.stream.steps if step.state == "running"]
        if self._writing or not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self._console, refresh_per_second=12, transient=True)
            self._live.start()
        self._live.update(Group(*(_spinner(step) for step in running)))

    def _write(self, text: str, channel: str) -> None:
        if self._writing != channel:
            self.close()
            self._console.print("\n" if self._writing else "")
            self._writing = channel
        said = self._bold.styled(plain(text)) if channel == "answer" else Text(plain(text), "dim italic")
        self._console.print(said, end="", soft_wrap=True)

    def _line(self, line: Text) -> None:
        if self._writing:
            self._console.print()
            self._writing = ""
        self._print(line)

    def _print(self, line: Text) -> None:
        """A line as long as it is, unless a person would see it cut: a link survives a pipe."""
        self._console.print(line, soft_wrap=not self._console.is_terminal)

    def _finish(self) -> None:
        self._draw_steps()
        self.close()
        view = self._view
        if self._writing:
            self._console.print()
        if view.error is not None:
            self._print(Text(f"✗ {plain(view.error.message)}", "red"))
        self._sources()
        self._print(_footer(view))

    def _sources(self) -> None:
        """Beside their numbers; in a pipe without the spaces that fill a column."""
        cards = self._view.message.citations
        width = max((len(_number(card)) for card in cards), default=0)
        table = Table.grid(Column(), Column(overflow="fold"), padding=(0, 1))
        for card in cards:
            if self._console.is_terminal:
                table.add_row(Text(_number(card), "cyan"), _source(card))
            else:
                indented = _source(card).plain.replace("\n", "\n" + " " * (width + 1))
                self._print(Text(f"{_number(card):{width}} {indented}"))
        if table.row_count:
            self._console.print(table)


class _Bold:
    """Turns `**bold**` into bold while it streams, whatever way it is cut."""

    def __init__(self) -> None:
        self._is_on = False
        self._star = ""

    def styled(self, text: str) -> Text:
        line = Text()
        text, self._star = self._star + text, ""
        if text.endswith("*") and not text.endswith("**"):
            text, self._star = text[:-1], "*"
        for i, piece in enumerate(text.split("**")):
            self._is_on ^= i > 0
            line.append(piece, "bold" if self._is_on else None)
        return line


def _spinner(step: Step) -> RenderableType:
    return Spinner("dots", Text(f" {plain(step.label or step.step)}"))


def _line_of(step: Step) -> Text:
    mark, style = _MARKS[step.state]
    seconds = ((step.ended_ms or step.started_ms) - step.started_ms) / 1000
    line = Text(f"{mark} ", style)
    line.append(plain(step.label or step.step), "default")
    if step.detail:
        line.append(f" · {plain(step.detail)}", "dim")
    return line.append(f" · {seconds:.1f} s", "dim")


def _call(arguments: Json) -> str:
    return plain(", ".join(f"{name}={value}" for name, value in arguments.items()))


def _number(card: Citation) -> str:
    return f"[{card.index}]"


def _source(card: Citation) -> Text:
    title = " · ".join(part for part in (card.title, card.locator) if part)
    body = "\n".join(plain(part) for part in (card.quote, card.url) if part)
    return Text(plain(title), "bold").append(f"\n{body}" if body else "", "not bold dim")


def _footer(view: View) -> Text:
    timings, outcome = view.stream.timings, view.stream.outcome or "interrupted"
    said = " · ".join(f"{name} {ms / 1000:.2f} s" for name, ms in timings.named().items())
    line = Text(f"\n{outcome}{' (partial)' if view.stream.partial else ''}", _OUTCOMES[outcome])
    return line.append(f" · {said}", "dim")
