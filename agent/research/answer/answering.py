"""When a sentence of a user's own documents answers a question: `answers`.

What decides does not depend on how many documents there are. The rarity of a word says nothing in a folder of one page,
so every word counts the same.
"""

import re
from collections.abc import Sequence

from agent.research.answer.rows_asked import is_row_of
from agent.research.answer.times_named import may_be_about, names_time_of
from agent.research.question.when import when
from agent.research.search.quoting import Quote, counted, counts, has_count
from agent.research.search.sentences import words
from agent.research.search.synonyms import covered

WORDS, ENOUGH = 0.4, 0.45
WORDS_ALONE = 0.6
VAGUE = frozenset(words("change happen develop go come say tell mention describe explain look anything something"))
"""Words that ask for something without saying what."""


def answers(question: str, quote: Quote, named: Sequence[str] = ()) -> bool:
    """Whether a quote answers: it is about the time that is asked for, and near enough to what is asked.

    A quote that names another year or quarter never answers. Else it does if it is the row of a figure that the
    question names (`named`), or if the question asks for nothing but a period and the quote names it. Every other quote
    has to reach `ENOUGH`: its cosine to the question without the period, plus `WORDS` times the share of the question's
    words that it or its heading has. A quote for "how many" needs a count, and if it does not name what is counted
    ("54 people" for "workers") its words earn nothing. `ENOUGH` lies between what answers in our small collections
    (from .45 on) and what does not (up to .35). `WORDS` is what few words that all match need: "Who starts on the
    till?" has a cosine of .17 to the line that says it. Without a model `WORDS_ALONE`, more than half, must match.
    """
    if not fits(question, quote):
        return False
    if is_row_of(quote.text, question, named) or (asks_only_when(question) and names_time(question, quote)):
        return True
    if counted(question) and not has_count(quote.text):
        return False
    share = covered(_content(question), f"{place(quote)} {quote.text}", lambda word: 1.0)
    if counted(question) and not counts(question, quote.text):
        share = 0.0
    return share >= WORDS_ALONE if quote.cosine is None else quote.cosine + WORDS * share**2 >= ENOUGH


def fits(question: str, quote: Quote) -> bool:
    """Whether a quote may be about the years and quarters that a question names: it has one of them, or none."""
    return may_be_about(question, quote.text, place(quote))


def names_time(question: str, quote: Quote) -> bool:
    return names_time_of(question, quote.text, place(quote))


def asks_only_when(question: str) -> bool:
    """Whether a question says nothing about what is wanted but the period: "What changed in the second quarter?"."""
    return not words(_content(question))


def timeless(question: str) -> str:
    """A question without its period, which meaning is compared with; all of it where nothing else is there."""
    rest = when(question)[1]
    return rest if words(rest) else question


def place(quote: Quote) -> str:
    """What stands over a quote: titles, and the heading of a table's columns."""
    return f"{quote.passage.title}. {quote.passage.section}. {quote.columns}"


def _content(question: str) -> str:
    """The words of a question that say what it is about."""
    return " ".join(word for word in re.findall(r"[\w&-]+", when(question)[1]) if not set(words(word)) <= VAGUE)
