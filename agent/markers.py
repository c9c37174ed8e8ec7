"""Whether the markers `[n]` of an answer and its source cards belong together."""

import re
from collections.abc import Iterable, Mapping

from agent.events import Citation, Warning

_MARKER = re.compile(r"(?<!\w)\[(\d{1,3})\](?![(\w])")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)

CODES = ("marker_without_card", "card_without_quote", "ungrounded_number")
"""Warnings that take trust away from an answer; the last one is the built-in agent's own."""


def markers(answer: str) -> list[int]:
    """The numbers of the markers in order, each once; what looks like one in code is not one."""
    return list(dict.fromkeys(int(found) for found in _MARKER.findall(_CODE.sub(" ", answer))))


def spans(answer: str) -> list[tuple[int, int, int]]:
    """Each marker's number, with where it begins and ends in the answer, in code points."""
    blanked = _CODE.sub(lambda code: " " * len(code[0]), answer)
    return [(int(found[1]), *found.span()) for found in _MARKER.finditer(blanked)]


def mismatches(answer: str, cards: Mapping[int, Citation]) -> list[Warning]:
    """One warning for the markers that lead to no card, and one for the cards without a quote."""
    lost = [index for index in markers(answer) if index not in cards]
    bare = [index for index, card in cards.items() if not card.quote.strip()]
    warnings = []
    if lost:
        warnings.append(
            Warning(code=CODES[0], message=f"The answer cites {_listed(lost)}, but no such source was given.")
        )
    if bare:
        warnings.append(Warning(code=CODES[1], message=f"Source {_listed(bare)} does not say what it is cited for."))
    return warnings


def _listed(indices: Iterable[int]) -> str:
    return ", ".join(f"[{index}]" for index in indices)
