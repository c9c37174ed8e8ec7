"""BM25 over stemmed words, and how much of a question a text covers."""

import math
from collections import Counter
from collections.abc import Collection, Sequence

import bm25s  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from agent.research.search.embedding import Matrix
from agent.research.search.sentences import words

SYNONYM_WEIGHT = 0.7
COMMON = 0.4  # of the texts
ENOUGH = 20  # texts, to say that a word is common among them


class LexicalIndex:
    """Scores texts by the words of a question; Lucene's BM25, k1 = 1.5, b = .75."""

    def __init__(self, texts: Sequence[str]) -> None:
        bags = [list(words(text)) for text in texts]
        self._size = len(bags)
        self._frequency = Counter(word for bag in bags for word in set(bag))
        self._index = bm25s.BM25(method="lucene")
        if self._frequency:
            self._index.index(bags, show_progress=False)

    def scores(self, asked: Sequence[str], synonyms: Sequence[str] = ()) -> Matrix:
        """A score a text, 0 where no word of the question occurs; synonyms count less."""
        total = np.zeros(self._size, dtype=np.float32)
        for group, weight in ((asked, 1.0), (synonyms, SYNONYM_WEIGHT)):
            known = [word for word in group if word in self._frequency]
            if known:
                total += weight * self._index.get_scores(known)
        return total

    def telling(self, asked: Sequence[str], allowed: NDArray[np.bool_]) -> tuple[str, ...]:
        """The words that tell the allowed texts apart: not those that stand in many of them."""
        count = int(allowed.sum())
        if count < ENOUGH:
            return tuple(asked)
        kept = (word for word in asked if int((self.scores([word])[allowed] > 0).sum()) <= COMMON * count)
        return tuple(kept) or tuple(asked)

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a stemmed word; highest for a word that no text has."""
        return math.log(1 + (self._size + 0.5) / (self._frequency[word] + 0.5))

    def coverage(self, asked: Collection[str], found: Collection[str], alternatives: Collection[str] = ()) -> float:
        """Which part of the question, rare words counting more, stands in `found`: 0 to 1.

        Where a word is missing but an alternative of the question's is there, half of it counts.
        """
        total = sum(self.rarity(word) for word in asked)
        if not total:
            return 0.0
        present = sum(self.rarity(word) for word in asked if word in found)
        missing = total - present
        replaced = sum(self.rarity(word) for word in alternatives if word in found)
        return (present + min(missing, replaced) / 2) / total
