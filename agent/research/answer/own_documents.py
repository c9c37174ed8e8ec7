"""Quotes from a user's own documents."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.research.answer.answering import answers, asks_only_when, fits, names_time, timeless
from agent.research.answer.evidence import DEPTH, Evidence
from agent.research.answer.grounding import numbers
from agent.research.answer.rows_asked import is_row_of, quantities, rows_of
from agent.research.documents.about import About, about
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.question.reading import Reading
from agent.research.search.quoting import FURTHER as SAME_AS_BRIEFS
from agent.research.search.quoting import Quote, best_quotes
from agent.research.search.retrieval import Hit, Retriever
from agent.research.search.rows import is_row
from agent.research.search.sentences import split_sentences

WITH_ROW = 0.1
"""What a passage gains, as a part of its score, for the row of a quantity that is asked for, for two at most."""
READ = 5
"""Passages whose sentences are compared with the question; a passage costs about 0.1 s of one core the first time."""
QUOTES, READABLE = 6, 1000
"""Quotes, and their characters together, beside the first."""
FURTHER = 0.6
"""Of the best score, what a further quote must have where figures are asked for; else it is that of the briefs."""
SAID, FIGURE = 0.35, 0.1
"""What a quote gains: as much as all of the words earn, if it is the row of a figure that is asked for, or names the
period where only that is asked for; less if it has any figure where one is asked for by name."""
_POINTS_BACK = re.compile(
    r"(?:it|its|she|her|he|his|they|their|this|that|these|those|both|such|however|but|because|instead|"
    r"the (?:increase|decrease|rise|fall|change|growth|decline|reason))\b",
    re.I,
)
_BULLET = re.compile(r"\s*(?:[-*+•●▪]|\d+[.)])\s")


def asked(reading: Reading) -> str:
    """What is searched for: the question as it was typed, a follow-up with what it takes from the one before."""
    if not reading.follows:
        return reading.question
    return " ".join([reading.question, reading.words, *(FILERS[ticker].name for ticker in reading.tickers)])


def scope(reading: Reading, retriever: Retriever) -> About:
    """Which of the documents a reading is about."""
    those = about(asked(reading), retriever.passages)
    return replace(those, unknown=()) if reading.follows else those


def find_passages(reading: Reading, retriever: Retriever, limit: int = DEPTH) -> list[Hit]:
    """The best passages among the documents of its companies and periods, where their covers name them.

    The quantities that a question names are searched for each by itself too ("operating expenses against revenue"),
    and what has the row of one in a table moves up.
    """
    those, named = scope(reading, retriever), quantities(asked(reading))
    found = retriever.search(
        those.rest,
        limit=limit,
        companies=those.companies,
        periods=those.periods,
        also=[METRICS[name].label for name in named],
    )

    def worth(hit: Hit) -> float:
        return hit.score * (1 + WITH_ROW * min(2, len(rows_of(hit.passage.text, those.rest, named))))

    return sorted((hit for hit in found if _may_speak_of(hit, those.unknown)), key=worth, reverse=True)


def search_documents(reading: Reading, retriever: Retriever) -> Evidence:
    """The best quotes for a reading, those that answer it first; where none does, the nearest."""
    those = scope(reading, retriever)
    question, named = those.rest, quantities(asked(reading))
    hits = find_passages(reading, retriever)

    def bonus(quote: Quote) -> float:
        if asks_only_when(question):
            return SAID * names_time(question, quote)
        if is_row_of(quote.text, question, named):
            return SAID
        return FIGURE * bool(named and not is_row(quote.text) and numbers(quote.text))

    best = best_quotes(
        question,
        hits[:READ],
        retriever,
        limit=QUOTES,
        further=FURTHER if named else SAME_AS_BRIEFS,
        meant=timeless(question),
        bonus=bonus,
    )
    fitting = readable([quote for quote in best if fits(question, quote)])
    telling = [quote for quote in fitting if answers(question, quote, named)]
    others = [quote for quote in fitting if quote not in telling]
    return Evidence(
        searched=retriever.count(companies=those.companies, periods=those.periods),
        hits=tuple(hits),
        quotes=with_next([*telling, *others]) if telling else tuple(best[:1]),
        spare=(),
        strong=bool(telling),
    )


def readable(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The first quote, and as many of the others as a person reads at a glance."""
    kept, length = list(quotes[:1]), 0
    for quote in quotes[1:]:
        length += len(quote.text)
        if length <= READABLE:
            kept.append(quote)
    return tuple(kept)


def with_next(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The quotes, and behind the first the sentence that belongs to it: of the same bullet, or pointing back to it."""
    first, *others = quotes
    text = first.passage.text
    following = next((span for span in split_sentences(text) if span[0] >= first.end), None)
    if following is None or "\n" in text[first.end : following[0]]:
        return tuple(quotes)
    start, end = following
    if not _POINTS_BACK.match(text, start) and not _BULLET.match(text, text.rfind("\n", 0, start) + 1):
        return tuple(quotes)
    if any(quote.passage.id == first.passage.id and quote.start == start for quote in others):
        return tuple(quotes)
    return (first, replace(first, text=text[start:end], start=start, end=end), *others)


def _may_speak_of(hit: Hit, companies: Sequence[str]) -> bool:
    passage = hit.passage
    return not companies or not passage.company or any(name.lower() in passage.text.lower() for name in companies)
