"""Sentences and words of a text, as the text has them."""

import re
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


ABBREVIATIONS = _listed(
    """
    inc corp co ltd llc vs no nos dr mr ms mrs st jr sr fig eq approx est dept e.g i.e u.s u.k u.n etc jan feb mar
    apr jun jul aug sep sept oct nov dec art sec par
    """
)
STOPWORDS = _listed(
    """
    a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my
    of on or our s say says show tell than that the their them there these they this to us was we were what when
    where which who whose why will with would you your please about much many
    """
)
WORD = re.compile(r"[a-z]&[a-z]|\d+(?:[.,]\d+)*|[^\W\d_]+\d*")
END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”’)\]]))\s+(?=[\"“‘(\[]?[A-Z0-9$€£•–—-])|\s*\n\s*|\s+(?=[•●▪]\s)")
_stemmer = Stemmer.Stemmer("english")


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """`(start, end)` of every sentence, bullet and table row of `text`; a newline always ends one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for gap in END.finditer(text):
        if "\n" not in gap[0] and _abbreviated(text[max(0, gap.start() - 16) : gap.start()]):
            continue
        if text[start : gap.start()].strip():
            spans.append((start, gap.start()))
        start = gap.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return tuple(spans)


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """The stemmed words and the numbers of `text` (without thousands separators), stopwords left out.

    >>> words("How did R&D costs of $1,234 million grow?")
    ('r&d', 'cost', '1234', 'million', 'grow')
    """
    found = (word.replace(",", "") for word in WORD.findall(text.lower()) if word not in STOPWORDS)
    return tuple(_stemmer.stemWords(list(found)))


def _abbreviated(before: str) -> bool:
    last = before.rstrip(".").rsplit(None, 1)[-1:] if before.endswith(".") else []
    return bool(last) and (last[0].lower().lstrip("(") in ABBREVIATIONS or (len(last[0]) == 1 and last[0].isupper()))
