"""Quotes from a user's own documents, and whether they answer the question.

What decides does not depend on how many documents there are: how near the best sentence is by meaning, and which part
of the question's words it has, each word counting the same. The rarity of a word says nothing in a folder of one page.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.research.answer.evidence import CLOSE, DEPTH, WORDS_ONLY, Evidence, has_count
from agent.research.answer.rows_asked import ROW, holds, quantities, rows_of
from agent.research.documents.about import About, about
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.question.reading import Reading
from agent.research.question.when import when
from agent.research.search.quoting import FURTHER as SAME_AS_BRIEFS
from agent.research.search.quoting import Quote, best_quotes
from agent.research.search.retrieval import Hit, Retriever
from agent.research.search.rows import is_row
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import covered

WITH_ROW = 0.1
"""What a passage gains, as a part of its score, for the row of a quantity that is asked for, for two at most."""
READ = 5
"""Passages whose sentences are compared with the question; a passage costs about 0.1 s of one core the first time."""
QUOTES, READABLE = 6, 1000
"""Quotes, and their characters together, beside the first."""
FURTHER = 0.6
"""Of the best score, what a further quote must have where figures are asked for; else it is that of the briefs."""
NEXT = 200
"""Characters of a sentence that is quoted because it follows the best one and points back to it."""
MEANT = 0.45
"""The cosine of a sentence that answers with none of the question's words."""
WORD = 0.4
"""What coverage of the words adds to the cosine; the sum must reach `CLOSE`."""
VAGUE = frozenset(words("change happen develop go come say tell mention describe explain look anything something"))
"""Words that ask for something without saying what."""
_YEAR = re.compile(r"(?<![\d.,$])(?:19|20)\d\d(?![\d,%]|\.\d)")
_QUARTER = re.compile(
    r"\bq([1-4])\b|\b([1-4])q|\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:\w+\s+)?quarter", re.I
)
_POINTS_BACK = re.compile(
    r"(?:it|its|she|her|he|his|they|their|this|that|these|those|both|such|however|but|because|instead|"
    r"the (?:increase|decrease|rise|fall|change|growth|decline|reason))\b",
    re.I,
)
_NUMBERS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


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
    """The best quotes for a reading, and whether they answer it."""
    those = scope(reading, retriever)
    query, named = those.rest, quantities(asked(reading))
    hits = find_passages(reading, retriever)
    best = best_quotes(
        query,
        hits[:READ],
        retriever,
        limit=QUOTES,
        further=FURTHER if named else SAME_AS_BRIEFS,
        bonus=lambda text: holds(text, query, named),
    )
    fitting = readable([quote for quote in best if fits(query, quote)])
    strong = has_count(query, fitting) and any(answers(query, quote, hits) for quote in fitting[:1])
    strong = strong or any(holds(quote.text, query, named) >= ROW for quote in fitting)
    return Evidence(
        searched=retriever.count(companies=those.companies, periods=those.periods),
        hits=tuple(hits),
        quotes=_with_next(fitting) if strong else tuple(best[:1]),
        spare=(),
        strong=strong,
    )


def readable(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The first quote, and as many of the others as a person reads at a glance."""
    kept, length = list(quotes[:1]), 0
    for quote in quotes[1:]:
        length += len(quote.text)
        if length <= READABLE:
            kept.append(quote)
    return tuple(kept)


def _with_next(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The quotes, and behind the first the sentence that points back to it: "The increase came from ..."."""
    first, *others = quotes
    text = first.passage.text
    following = next((span for span in split_sentences(text) if span[0] >= first.end), None)
    if is_row(first.text) or following is None or "\n" in text[first.end : following[0]]:
        return tuple(quotes)
    start, end = following
    if end - start > NEXT or not _POINTS_BACK.match(text, start):
        return tuple(quotes)
    if any(quote.passage.id == first.passage.id and quote.start == start for quote in others):
        return tuple(quotes)
    return (first, replace(first, text=text[start:end], start=start, end=end), *others)


def answers(query: str, quote: Quote, hits: Sequence[Hit]) -> bool:
    """Whether a sentence is close enough to the question, by meaning and by words, to answer it."""
    share = covered(_content(query), f"{_place(quote)} {quote.text}", lambda word: 1.0)
    if quote.cosine is None:
        passage = covered(_content(query), f"{_place(quote)} {quote.passage.text}", lambda word: 1.0)
        return max(share, passage) >= WORDS_ONLY
    whole = [hit.cosine for hit in hits if hit.cosine is not None and hit.passage.id == quote.passage.id]
    cosine = max([quote.cosine, *whole])
    return cosine >= MEANT or cosine + WORD * share >= CLOSE


def fits(query: str, quote: Quote) -> bool:
    """Whether a sentence may be about the years and quarters that a question names: it has one of them, or none."""
    for named in (_years, _quarters):
        wanted, said = named(query), named(quote.text) or named(_place(quote))
        if wanted and said and not wanted & said:
            return False
    return True


def _content(query: str) -> str:
    """The words of a question that say what it is about; all of them where none does."""
    carrying = [word for word in re.findall(r"[\w&-]+", when(query)[1]) if not set(words(word)) <= VAGUE]
    return " ".join(carrying) if words(" ".join(carrying)) else query


def _place(quote: Quote) -> str:
    return f"{quote.passage.title}. {quote.passage.section}. {quote.columns}"


def _may_speak_of(hit: Hit, companies: Sequence[str]) -> bool:
    passage = hit.passage
    return not companies or not passage.company or any(name.lower() in passage.text.lower() for name in companies)


def _years(text: str) -> set[str]:
    return set(_YEAR.findall(text))


def _quarters(text: str) -> set[str]:
    found = (next(group for group in groups if group).lower() for groups in _QUARTER.findall(text))
    return {_NUMBERS.get(word, word[0]) for word in found}
