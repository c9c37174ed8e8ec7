"""Scores the agent's answers to the quality questions.

python tests/quality/score.py [dev|kept]
"""

import asyncio
import json
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.events import Artifact, Citation, Event, Token, Warning
from agent.request import Request, Turn
from agent.research.agent import research
from agent.research.answer.grounding import Number, numbers, ungrounded, unresolved
from agent.research.question.scope import CODES
from agent.research.search.corpus import load_briefs

QUESTIONS = Path(__file__).with_name("questions.jsonl")
DECLINES = frozenset(CODES)
_UNITS = {"percent": "percent", "usd": "plain", "usd_per_share": "plain", "ratio": "plain", "count": "plain"}


def _registered(value: Any) -> list[str]:
    """What a value artifact says was computed: its value, and those of its inputs that no filing states."""
    derived = [given for given in value["inputs"] if given["derived"]]
    return [str(value["text"]), *(str(given["text"]) for given in (*derived, *value["steps"]))]


@dataclass
class Answer:
    """What came out of one run."""

    text: str = ""
    cards: list[Citation] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    async def of(cls, events: AsyncIterator[Event]) -> "Answer":
        answer = cls()
        async for event in events:
            match event:
                case Token(channel="answer"):
                    answer.text += event.text
                case Citation():
                    answer.cards.append(event)
                case Warning():
                    answer.warnings.append(event.code)
                case Artifact(kind="value"):
                    answer.computed += _registered(event.data)
        return answer

    @property
    def declined(self) -> bool:
        return bool(DECLINES & set(self.warnings)) and bool(re.search(r"\bI (?:can't|don't|only)\b", self.text))

    def held(self) -> dict[int, str]:
        return {card.index: f"{card.title}. {card.quote}" for card in self.cards}


@dataclass(frozen=True)
class Score:
    """One question's marks; `faults` says what was wrong, in words."""

    id: str
    kind: str
    faults: tuple[str, ...]
    ungrounded: tuple[str, ...]
    """Numbers that no citation of their sentence and no tool holds."""

    @property
    def right(self) -> bool:
        return not self.faults


def questions(which: str) -> list[dict[str, Any]]:
    """The questions of one set, `dev` or `kept`."""
    lines = QUESTIONS.read_text("utf-8").splitlines()
    return [question for line in lines if (question := json.loads(line))["set"] == which]


async def ask(question: str, session: list[str]) -> Answer:
    """Asks a session's questions in order, and returns the last answer."""
    turns: list[Turn] = []
    for each in session:
        answer = await Answer.of(research(Request(question=each, turns=tuple(turns))))
        turns.append(Turn(question=each, answer=answer.text))
    return await Answer.of(research(Request(question=question, turns=tuple(turns))))


def mark(question: dict[str, Any], answer: Answer) -> Score:
    """Compares an answer with what is expected of it."""
    expect = question["expect"]
    faults = []
    if expect.get("declined"):
        faults += [] if answer.declined else ["not declined"]
    else:
        faults += ["declined"] if answer.declined else []
        faults += [f"lacks {wanted['value']}" for wanted in expect.get("values", ()) if not _has(answer.text, wanted)]
        for group in expect.get("must_include", ()):
            if not any(word.lower() in answer.text.lower() for word in group):
                faults.append(f"lacks any of {group}")
        if "brief" in expect and not any(re.search(expect["brief"], name, re.IGNORECASE) for name in _cited(answer)):
            faults.append("right brief not cited")
    missing = [fault.number for fault in ungrounded(answer.text, answer.held(), answer.computed)]
    lost, unused = unresolved(answer.text, [card.index for card in answer.cards])
    faults += [f"markers without card {lost}"] if lost else []
    faults += [f"cards without marker {unused}"] if unused else []
    return Score(question["id"], question["kind"], tuple(faults), tuple(missing))


async def score(which: str) -> list[Score]:
    marks = []
    for question in questions(which):
        marks.append(mark(question, await ask(question["question"], question["session"])))
    return marks


def rates(scores: list[Score]) -> dict[str, float]:
    """The part that is right, by kind."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for each in scores:
        by_kind[each.kind].append(each.right)
    return {kind: sum(marks) / len(marks) for kind, marks in sorted(by_kind.items())}


def report(which: str, scores: list[Score], *, names: bool) -> str:
    """One line a kind; with `names`, also the questions that went wrong."""
    counts: dict[str, int] = defaultdict(int)
    for each in scores:
        counts[each.kind] += 1
    lines = [f"{which}: {len(scores)} questions"]
    lines += [f"  {kind:<13} {rate:.2f} of {counts[kind]}" for kind, rate in rates(scores).items()]
    lines.append(f"  answers with a number that its citation does not hold: {sum(bool(s.ungrounded) for s in scores)}")
    if names:
        wrong = [each for each in scores if each.faults or each.ungrounded]
        lines += [f"    {each.id}: {'; '.join(each.faults)} {each.ungrounded or ''}" for each in wrong]
    return "\n".join(lines)


def _has(text: str, wanted: dict[str, Any]) -> bool:
    found = [number for number in numbers(text) if number.unit == _UNITS[wanted["unit"]]]
    return any(_near(number, wanted) for number in found)


def _near(number: Number, wanted: dict[str, Any]) -> bool:
    tolerance = max(float(wanted["tolerance"]), number.step / 2)
    return abs(abs(number.value) - abs(float(wanted["value"]))) <= tolerance


def _cited(answer: Answer) -> list[str]:
    """Ids and titles of the briefs whose sentences are cited."""
    quotes = [card.quote for card in answer.cards if card.source == "brief"]
    found = [brief for brief in load_briefs() if any(quote in brief.text for quote in quotes)]
    return [name for brief in found for name in (brief.id, f"{brief.ticker} {brief.title}")]


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "dev"
    print(report(chosen, asyncio.run(score(chosen)), names=chosen == "dev"))
