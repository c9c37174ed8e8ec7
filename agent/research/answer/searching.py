"""The retrieving step: where it looks, what it says about it, what it found."""

from collections.abc import Sequence

from agent.events import Json
from agent.research.answer import own_documents
from agent.research.answer.evidence import Evidence, filters, search
from agent.research.plan import Call
from agent.research.question.reading import Reading
from agent.research.question.scope import FAR
from agent.research.search.retrieval import Retriever, open_briefs


def opened(collection: str) -> Retriever:
    """The briefs, or a collection of the user's documents; raises UnknownCollection."""
    from agent.home import data_folder  # the core imports agents by name, so it is not imported at the top

    if not collection:
        return open_briefs(data_folder())
    from agent.research.documents.collection import open_collection

    return open_collection(collection, data_folder())


def label(reading: Reading, collection: str) -> str:
    """`Searching 124 briefs on NVIDIA, Q2 FY2026`: those that the companies and periods leave, all where none is."""
    retriever = opened(collection)
    if collection:
        those = own_documents.scope(reading, retriever)
        count, about = retriever.count(companies=those.companies, periods=those.periods), those.label
        what = f"passage{'' if count == 1 else 's'} of {collection}"
        return f"Searching {count:,} {what}" + (f" for {about}" if about else "")
    names, periods = filters(reading)
    count = retriever.count(companies=names, periods=periods)
    times = reading.times if count else ""
    count = count or retriever.count(companies=names) or len(retriever.passages)
    about = ", ".join(part for part in (reading.companies, times) if part)
    return f"Searching {count:,} brief{'' if count == 1 else 's'}" + (f" on {about}" if about else "")


def find(reading: Reading, collection: str) -> Evidence:
    """The evidence for a reading, from the briefs or from a collection."""
    return (own_documents.search_documents if collection else search)(reading, opened(collection))


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
    """Whether text is looked for: where words are asked for, where no tool can help, and beside one plain figure.

    Not where the question is refused whatever is found.
    """
    if reading.decline and reading.decline.code in FAR:
        return False
    if collection or not calls:
        return True
    return reading.wants_text or len(reading.tickers) == 1
