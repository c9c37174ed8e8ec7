"""Which stretches of a passage can be quoted: sentences, rows, announced lists; no heading of a table by itself."""

from collections.abc import Iterator

from agent.research.search.pipes import is_heading, is_rule
from agent.research.search.rows import is_row
from agent.research.search.sentences import split_sentences

LIST, LONGEST = 6, 600
"""A sentence that announces a list is quoted with it: so many lines, each of so many characters."""
LABEL = 90
"""Characters; a longer line before rows announces its table."""


def quotable(text: str) -> Iterator[tuple[int, int, int]]:
    """`(number, start, end)` of each; `number` counts the sentences of `split_sentences` from 0."""
    spans = split_sentences(text)
    for number, (start, end) in enumerate(spans):
        if is_rule(text[start:end]) or is_heading(text, end):
            continue
        if text[end - 1] == ":":
            lines = spans[number : number + LIST]
            if len(lines) > 1 and is_row(text[slice(*lines[1])]) and end - start < LABEL:
                continue  # it names a group of rows, which are quoted each for itself
            end = max(stop for _, stop in lines if stop - start <= LONGEST or stop == end)
        yield number, start, end
