"""The retrieving step: where it looks, what it says about it, what it found."""

from collections.abc import Sequence

from agent.events import Json
from agent.research.answer.evidence import Evidence, search
from agent.research.plan import Call
from agent.research.question.reading import Reading
from agent.research.search.retrieval import Retriever, open_briefs


def opened(collection: str) -> Retriever:
    """The briefs, or a collection of the user's documents; raises UnknownCollection."""
    from agent.home import data_folder  # the core imports agents by name, so it is not imported at the top

    if not collection:
        return open_briefs(data_folder())
    from agent.research.documents.collection import open_collection

    return open_collection(collection, data_folder())


def label(reading: Reading, collection: str) -> str:
    """`Searching 124 briefs for NVIDIA, Q2 FY2026`."""
    retriever = opened(collection)
    what = f"passages of {collection}" if collection else "briefs"
    about = ", ".join(part for part in (reading.companies, reading.times) if part)
    return f"Searching {len(retriever.passages)} {what}" + (f" for {about}" if about else "")


def find(reading: Reading, collection: str) -> Evidence:
    """The evidence for a reading."""
    return search(reading, opened(collection))


def trace(evidence: Evidence) -> Json:
    """For engineers: what was found, with its scores."""
    return {
        "searched": evidence.searched,
        "strong": evidence.strong,
        "hits": [{"id": hit.passage.id, "score": round(hit.score, 5)} for hit in evidence.hits],
        "quotes": [
            {"id": each.passage.id, "score": round(each.score, 3), "cosine": each.cosine and round(each.cosine, 3)}
            for each in evidence.quotes
        ],
    }  # fmt: skip


def wanted(reading: Reading, calls: Sequence[Call], collection: str) -> bool:
    """Whether text is looked for: where words are asked for, where no tool can help, and beside one plain figure."""
    if collection or not calls:
        return True
    return reading.wants_text or len(reading.tickers) == 1
