"""How well a folder of real filings is asked: the 130 single-document questions of KG-RAG's SEC 10-Q set.

    python -m eval.kgrag FOLDER [--store FOLDER] [--json]

FOLDER is `sec-10-q/data/v1` of github.com/docugami/KG-RAG-datasets (MIT): `docs/*.pdf`, `qna_data.csv`. Reported, with
and without the filter by the company and the period that the agent reads from the question and the documents' covers:

- hit@5: how often the right document is among the best 5 passages;
- number recall: which part of the figures of the reviewed answer stands in those 5 passages, as written there;
- by value: the same, and 23.198 (billion) counts where a table in millions has 23,198;
- on the pages: as written, on the pages of the 5 best pages, which hold two to three passages each;
- in the answer: as written, in the text that a person reads: at most six quotes.

The last one is the agent's, filter included. Ranking and quoting were tuned on these questions: it is no unseen test.
"""

import argparse
import csv
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from time import process_time

from agent.research.answer.compose import compose
from agent.research.answer.own_documents import find_passages, search_documents
from agent.research.documents.collection import open_collection
from agent.research.documents.indexing import Progress, index_folder
from agent.research.question.interpret import about_documents, interpret
from agent.research.search.corpus import Passage
from agent.research.search.retrieval import Hit, Retriever

SOURCE = re.compile(r"\(?source.*|20\d\d Q[1-4] [A-Z]{4}(?:\.pdf)?", re.I)
DATE = re.compile(r"\b(?:[A-Z][a-z]+ \d{1,2}, )?(?:19|20)\d\d\b|\b10-[QK]\b|\bQ[1-4]\b")
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
DEPTH = 40
"""Passages that are taken to fill 5 pages."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One reviewed question; `document` is the file's stem, `figures` those of the answer."""

    question: str
    document: str
    figures: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of 1; recalls are means over the questions whose answer has figures."""

    questions: int
    hit_at_5: float
    hit_at_1: float
    with_figures: int
    number_recall: float
    number_recall_by_value: float
    number_recall_on_the_pages: float
    cpu_ms_a_query: float


def read_questions(path: Path) -> list[Asked]:
    """The single-document questions of `qna_data.csv`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Question Type"].startswith("Single-Doc")]
    return [Asked(row["Question"], row["Source Docs"].strip("* "), figures(row["Answer"])) for row in rows]


def figures(answer: str) -> frozenset[str]:
    """The figures of an answer, thousands unseparated; no years, dates, forms, source lines or bare small numbers."""
    text = DATE.sub(" ", SOURCE.sub(" ", re.sub(r"^\s*\d+\.", " ", answer, flags=re.M)))
    return frozenset(figure for found in FIGURE.findall(text) if len(figure := found.replace(",", "").rstrip(".")) > 2)


def stated(text: str) -> frozenset[str]:
    """The figures of a text, thousands unseparated."""
    return frozenset(found.replace(",", "").rstrip(".") for found in FIGURE.findall(text))


def of_same_value(figure: str, present: frozenset[str]) -> bool:
    """Whether a figure is there, or is one of them in thousands or millions; that only with three digits or more."""
    places = len(figure.partition(".")[2])
    if figure in present or not places or len(figure.replace(".", "").lstrip("0")) < 3:
        return figure in present
    return any(round(float(each) / scale, places) == float(figure) for each in present for scale in (1e3, 1e6))


def measure(retriever: Retriever, asked: Sequence[Asked], *, filtered: bool) -> Scores:
    started = process_time()
    found = [_search(retriever, each.question, filtered) for each in asked]
    spent = process_time() - started
    pairs = [(each, hits[:5]) for each, hits in zip(asked, found, strict=True)]
    known = [(each, hits) for each, hits in zip(asked, found, strict=True) if each.figures]
    present = [(each, stated(_text(hits[:5]))) for each, hits in known]
    return Scores(
        questions=len(asked),
        hit_at_5=sum(any(_stem(hit) == each.document for hit in hits) for each, hits in pairs) / len(asked),
        hit_at_1=sum(any(_stem(hit) == each.document for hit in hits[:1]) for each, hits in pairs) / len(asked),
        with_figures=len(known),
        number_recall=fmean(_recall(each, said) for each, said in present),
        number_recall_by_value=fmean(
            sum(of_same_value(figure, said) for figure in each.figures) / len(each.figures) for each, said in present
        ),
        number_recall_on_the_pages=fmean(
            _recall(each, stated(_pages(hits, retriever.passages))) for each, hits in known
        ),
        cpu_ms_a_query=1000 * spent / len(asked),
    )


def recall_in_the_answer(retriever: Retriever, asked: Sequence[Asked]) -> float:
    """Which part of the figures a person reads who asks the agent."""
    return fmean(_recall(each, stated(_answer(retriever, each.question))) for each in asked if each.figures)


def _answer(retriever: Retriever, question: str) -> str:
    reading = about_documents(interpret(question))
    return compose(reading, (), [], [], search_documents(reading, retriever), "kgrag").text


def _search(retriever: Retriever, question: str, filtered: bool) -> list[Hit]:
    if not filtered:
        return retriever.search(question, limit=DEPTH)
    return find_passages(about_documents(interpret(question)), retriever, limit=DEPTH)


def _recall(asked: Asked, present: frozenset[str]) -> float:
    return len(asked.figures & present) / len(asked.figures)


def _text(hits: Sequence[Hit]) -> str:
    return "\n".join(hit.passage.text for hit in hits)


def _pages(hits: Sequence[Hit], passages: Sequence[Passage]) -> str:
    """All passages of the 5 pages that are hit first."""
    pages = list(dict.fromkeys((hit.passage.source, hit.passage.page) for hit in hits))[:5]
    return "\n".join(passage.text for passage in passages if (passage.source, passage.page) in pages)


def _stem(hit: Hit) -> str:
    return Path(hit.passage.source).stem


def _show(progress: Progress) -> None:
    if progress.state in ("indexed", "skipped"):
        print(f"{progress.number}/{progress.files} {progress.file}: {progress.state}, {progress.passages} passages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", type=Path, help="keep the index here and use it again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        store = options.store or Path(temporary)
        report = index_folder(options.folder / "docs", "kgrag", store, (lambda _: None) if options.json else _show)
        retriever = open_collection("kgrag", store)
        asked = read_questions(options.folder / "qna_data.csv")
        scores = {
            name: measure(retriever, asked, filtered=filtered)
            for name, filtered in (("unfiltered", False), ("filtered", True))
        }
        answered = recall_in_the_answer(retriever, asked)
    if options.json:
        rate = round(report.passages_per_second, 1)
        head = {"mode": report.mode, "passages": report.passages, "passages_per_second": rate}
        told = {name: asdict(score) for name, score in scores.items()}
        print(json.dumps(head | told | {"number_recall_in_the_answer": answered}, indent=1))
        return
    print(f"{report.passages} passages, {report.mode} search, {report.passages_per_second:.1f} passages/s embedded")
    for name, score in scores.items():
        print(
            f"{name:>10}: hit@5 {score.hit_at_5:.2f}, hit@1 {score.hit_at_1:.2f}, "
            f"number recall {score.number_recall:.2f}, by value {score.number_recall_by_value:.2f}, "
            f"on the pages {score.number_recall_on_the_pages:.2f}, {score.cpu_ms_a_query:.0f} ms CPU a query"
        )
    print(f"in the answer: number recall {answered:.2f}")


if __name__ == "__main__":
    main()
