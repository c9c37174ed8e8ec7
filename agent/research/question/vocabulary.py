"""The words of a question against the words of the briefs and of the facts table: slips, and qualifiers."""

import re
from functools import cache

from agent.research.figures.metrics import names
from agent.research.question.companies import OTHERS, one_slip
from agent.research.question.lexicon import FILLERS, GAP
from agent.research.search.corpus import load_briefs
from agent.research.search.sentences import words
from agent.research.search.synonyms import GROUPS, MEANS

_PREPOSITIONS = frozenset({"from", "for", "in", "on", "of", "by", "with", "under", "among", "into", "through"})


def qualifiers(left: str, rest: str, *, strict: bool) -> tuple[str, ...]:
    """Words that no figure of the table takes into account, so that only text can answer: "iPhone revenue".

    They are what briefs are about, names, and what stands before a metric or behind a preposition; with `strict`, for a
    question without a company or whose metric is only a verb, every word that is not plain.
    """
    capitals = {word.lower() for word in re.findall(r"(?<=\S\s)[A-Z][\w-]+|\b[a-z]+[A-Z]\w*", rest)}
    tokens = re.findall(rf"[a-z0-9&][\w&]*|{GAP}+", left.lower())
    found = []
    for before, word, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if word.startswith(GAP) or word in FILLERS or len(word) == 1 or re.fullmatch(r"\d+(?:st|nd|rd|th)?", word):
            continue
        modifies = after.startswith(GAP) or before in _PREPOSITIONS
        if strict or modifies or word in capitals or word in OTHERS or set(words(word)) & topics():
            found.append(word)
    return tuple(found)


SHORT = {
    "rev": "revenue",
    "revs": "revenue",
    "inc": "income",
    "op": "operating",
    "comp": "compensation",
    "mgmt": "management",
    "govt": "government",
    "ppl": "people",
    "pct": "percent",
    "yr": "year",
    "qtr": "quarter",
    "vs.": "vs",
    "whats": "what is",
    "whos": "who is",
    "hows": "how is",
    "wheres": "where is",
    "whens": "when is",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "havent": "have not",
    "hasnt": "has not",
}
"""Abbreviations that people type, and what they stand for."""


def mend(question: str) -> str:
    """The question with abbreviations written out, and one slip in a word of the figures' vocabulary put right."""
    question = re.sub(r"\b[a-z]+\b", lambda match: SHORT.get(match[0], match[0]), question)

    def right(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in FILLERS or word in _metric_words() or set(words(word)) & known_words():
            return match[0]
        return next((known for known in _metric_words() if len(known) >= 5 and one_slip(word, known)), match[0])

    return re.sub(r"\b[a-zA-Z]{5,}\b", right, question)


@cache
def _metric_words() -> tuple[str, ...]:
    from_names = {word for name in names() for word in name.split()}
    return tuple(sorted(from_names | {"quarter", "fiscal", "margin", "growth", "customer", "concentration", "compare"}))


@cache
def known_words() -> frozenset[str]:
    """Every stemmed word of the briefs."""
    return frozenset(word for brief in load_briefs() for word in words(brief.searchable))


def is_nonsense(text: str) -> bool:
    """Whether a text has words that carry meaning, and none that the briefs or their synonyms have, or nearly have."""
    carrying = [word for word in re.findall(r"[a-z][a-z&]+", text.lower()) if word not in FILLERS and len(word) > 2]
    return bool(carrying) and not any(_is_near(word) for word in carrying)


def _is_near(word: str) -> bool:
    if word in OTHERS or set(words(word)) & (known_words() | _other_words()):
        return True
    return len(word) >= 5 and any(one_slip(word, known) for known in _spellings())


@cache
def _other_words() -> frozenset[str]:
    """Every stemmed word of the synonyms."""
    groups = (phrase for group in GROUPS for phrase in group)
    return frozenset(word for phrase in (*groups, *MEANS) for word in words(phrase))


@cache
def _spellings() -> frozenset[str]:
    """Every longer word of the briefs as it is written."""
    return frozenset(word for brief in load_briefs() for word in re.findall(r"[a-z]{5,}", brief.searchable.lower()))


@cache
def topics() -> frozenset[str]:
    """The stemmed words that briefs are about, without those that figures or nothing much are named by."""
    about = {word for brief in load_briefs() for word in words(f"{brief.title} {brief.topic.replace('-', ' ')}")}
    return frozenset(about - {stem for word in FILLERS for stem in words(word)})
