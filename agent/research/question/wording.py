"""Patterns over the words of a question, written as lists of phrases."""

import re


def phrases(lines: str, *, whole: bool = True) -> re.Pattern[str]:
    """Matches any line of `lines`, ignoring case; a line is a regular expression, a blank in it is any white space.

    With `whole`, only whole words match.
    """
    alternatives = "|".join(re.sub(r"\s+", r"\\s+", line.strip()) for line in lines.strip().splitlines())
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if whole else alternatives, re.IGNORECASE)
