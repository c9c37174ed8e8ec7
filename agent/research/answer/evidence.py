"""Quotes for a question of words, and whether they are strong enough to be an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.research.answer.grounding import numbers
from agent.research.answer.nearness import nearest_first
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.figures.periods import Period
from agent.research.question.lexicon import FILLERS
from agent.research.question.reading import Reading
from agent.research.search.quoting import ASKS_NUMBER, Quote, best_quotes, counted, counts
from agent.research.search.retrieval import Hit, Retriever
from agent.research.search.sentences import split_sentences, words
from agent.research.search.synonyms import OTHER_NAME, covered, synonyms

LIMIT = 6
DEPTH = 14
"""Passages that are put in order anew, by how near they are."""
QUOTES = 3
NEAR = 0.9
"""A sentence of another brief must score this part of the best; below, the rest of the best brief says more."""
CLOSE = 0.52
"""What cosine + 0.4 x coverage of the best brief must reach to be an answer; drawn on questions of our own."""
SUPERLATIVES = frozenset({"largest", "biggest", "smallest", "highest", "lowest", "first"})
WORDS_ONLY = 0.6
"""The coverage that it takes where search is by words only."""
_REASONS = re.compile(
    r"\b(?:because|attribut\w+|credits?|explain\w*|due\s+to|driven|drove|drivers?|reasons?|mainly|chiefly|largely|owing|thanks\s+to|"
    r"caused?|result(?:ed)?\s+(?:of|from)|reflect\w*|offset|helped|weighed|came\s+from|held\s+back)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Evidence:
    """What was found for a question."""

    searched: int
    """Passages that the filters let through."""
    hits: tuple[Hit, ...]
    quotes: tuple[Quote, ...]
    spare: tuple[Quote, ...]
    """The best sentence of each hit, for an answer whose figures already say what the best quotes say."""
    strong: bool
    """Good enough to be the answer; else only the nearest that there is."""
    other_period: bool = False
    """Nothing was there for the period that was asked for."""

    def sentences(self) -> list[Quote]:
        """Every sentence of the briefs that the best ones are from."""
        return [other for quote in self.spare for other in _around(quote)]


def search(reading: Reading, retriever: Retriever) -> Evidence:
    """The best quotes for a reading; where its period has no passages, the nearest of other periods, marked as such."""
    names, periods = filters(reading)
    query = _in_full(reading)
    found = retriever.search(query, limit=DEPTH, companies=names, periods=periods)
    elsewhere = not found and bool(periods)
    searched = retriever.count(companies=names, periods=() if elsewhere else periods)
    if elsewhere:
        found = retriever.search(query, limit=DEPTH, companies=names)
        found = [hit for hit in found if _years(reading) & _named_years(hit.passage.text)] or found
    if not found and reading.others:
        found, searched = retriever.search(query, limit=DEPTH), len(retriever.passages)
    hits = nearest_first(reading, query, found, retriever)[:LIMIT]
    quotes = choose(query, hits, retriever)
    strong = is_strong(quotes, hits) or says_all(reading, query, quotes, retriever)
    strong = strong and has_count(query, quotes)
    strong = strong and not (elsewhere and not _speaks_of(quotes, reading))
    spare = tuple(quote for hit in hits for quote in best_quotes(query, [hit], retriever, limit=1))
    if reading.why:
        spare = tuple(quote for hit in hits for quote in _all_of(query, hit, retriever) if gives_reasons(quote))
    return Evidence(searched, tuple(hits), quotes, spare, strong, elsewhere)


def filters(reading: Reading) -> tuple[list[str], list[str]]:
    """The companies and the periods that briefs are searched for."""
    names = [name for ticker in reading.tickers for name in (ticker, FILERS[ticker].name)] or list(reading.others)
    return names, [str(period) for period in _periods(reading)]


def _in_full(reading: Reading) -> str:
    """The words that are searched for, with the names of figures that they only abbreviate: "g&a"."""
    query = reading.words or reading.question
    said = set(words(query))
    if reading.operation == "text" or reading.member:
        return query
    missing = [METRICS[name].label for name in reading.metrics if not said & set(words(METRICS[name].label))]
    return " ".join([query, *missing])


def choose(query: str, hits: list[Hit], retriever: Retriever) -> tuple[Quote, ...]:
    """Up to three quotes: the best ones, then what stands beside the best one in its brief."""
    best = best_quotes(query, hits, retriever, limit=QUOTES)
    if not best:
        return ()
    home = best[0].passage.id
    chosen = [quote for quote in best if quote.passage.id == home or quote.score >= NEAR * best[0].score]
    known = {quote.text for quote in chosen}
    beside = [quote for quote in _around(best[0]) if quote.text not in known]
    if ASKS_NUMBER.search(query):
        beside = [quote for quote in beside if numbers(quote.text)]
    return (*chosen, *beside)[:QUOTES]


def _all_of(query: str, hit: Hit, retriever: Retriever) -> list[Quote]:
    best = best_quotes(query, [hit], retriever, limit=1)
    return [*best, *(other for quote in best for other in _around(quote))]


def _around(quote: Quote) -> list[Quote]:
    """The other sentences of a brief, those that follow first."""
    if quote.passage.source:
        return []
    spans = split_sentences(quote.passage.text)
    others = sorted(
        (span for span in spans if span[0] != quote.start), key=lambda span: (span[0] < quote.start, span[0])
    )
    return [replace(quote, text=quote.passage.text[start:end], start=start, end=end) for start, end in others]


def is_strong(quotes: Sequence[Quote], hits: Sequence[Hit]) -> bool:
    """Whether the quotes, or the brief that they are from, are close enough to the question to answer it."""
    if not quotes:
        return False
    home = [hit for hit in hits if hit.passage.id == quotes[0].passage.id]
    coverage = max([quote.coverage for quote in quotes] + [hit.coverage for hit in home])
    cosines = [quote.cosine for quote in quotes] + [hit.cosine for hit in home]
    known = [cosine for cosine in cosines if cosine is not None]
    return max(known) + 0.4 * coverage >= CLOSE if known else coverage >= WORDS_ONLY


def has_count(query: str, quotes: Sequence[Quote]) -> bool:
    """Whether "how many" is answered by a count of what it asks for."""
    return not counted(query) or counted(query) in FILLERS or any(counts(query, quote.text) for quote in quotes)


def says_all(reading: Reading, query: str, quotes: Sequence[Quote], retriever: Retriever) -> bool:
    """Whether one brief has every word of the question that carries meaning, or another name for it."""
    carrying = " ".join(word for word in re.findall(r"[\w&-]+", query.lower()) if word not in FILLERS - SUPERLATIVES)
    if not quotes or not reading.tickers or not words(carrying):
        return False
    home = quotes[0].passage
    return covered(carrying, f"{home.title}. {home.text}", retriever.lexical.rarity) >= OTHER_NAME


def relevant(quote: Quote, label: str) -> bool:
    """Whether a quote, with the title over it, is about the quantity that a figure is named by."""
    about = _quantity(label)
    title = set(words(f"{quote.passage.title} {quote.passage.topic}"))
    said = title | set(words(quote.text))
    if about <= set(words(quote.text)):
        return True
    if not about & (title | set(synonyms(f"{quote.passage.title} {quote.passage.topic}"))):
        return False
    return len(about & said) >= len(about) / 3 or bool(set(synonyms(label)) & said)


def touches(quote: Quote, label: str) -> bool:
    """Whether a quote, or the title over it, has a word of the quantity that a figure is named by."""
    return bool(_quantity(label) & set(words(f"{quote.passage.title} {quote.text}")))


def _quantity(label: str) -> set[str]:
    return set(words(label)) - {stem for filer in FILERS.values() for stem in words(filer.name)} - {"share", "chang"}


def gives_reasons(quote: Quote) -> bool:
    """Whether a sentence says why."""
    return bool(_REASONS.search(quote.text))


def _periods(reading: Reading) -> tuple[Period, ...]:
    found = [period for ticker in reading.tickers for period in reading.when.of(ticker)] or list(reading.when.periods)
    years = [Period(period.year) for period in found if period.quarter == 4]  # its filing is that of the year
    return tuple(dict.fromkeys([*found, *years]))


def _speaks_of(quotes: tuple[Quote, ...], reading: Reading) -> bool:
    """Whether the best quote itself names the year that was asked for."""
    return bool(_years(reading) & _named_years(quotes[0].text))


def _years(reading: Reading) -> set[str]:
    return {str(period.year) for period in _periods(reading)}


def _named_years(text: str) -> set[str]:
    return set(re.findall(r"(?<!\d)20\d\d(?!\d)", text))
