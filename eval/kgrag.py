"""How well a folder of real filings is searched: the 130 single-document questions of KG-RAG's SEC 10-Q set.

    python -m eval.kgrag FOLDER [--store FOLDER] [--json]

FOLDER is `sec-10-q/data/v1` of github.com/docugami/KG-RAG-datasets (MIT): `docs/*.pdf`, `qna_data.csv`. Reported, with
and without the filter by the company and the period that the question names: how often the right document is among
the best 5 passages (hit@5), and which part of the figures of the reviewed answer stands in those 5 (number recall).
"""

import argparse
import csv
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

from agent.research.documents.collection import open_collection
from agent.research.documents.indexing import Progress, index_folder
from agent.research.search.corpus import Passage, period_key
from agent.research.search.retrieval import Hit, Retriever

COMPANIES = {"apple": "AAPL", "amazon": "AMZN", "intel": "INTC", "microsoft": "MSFT", "nvidia": "NVDA"}
NEWEST = re.compile(r"\b(most recent|latest|current)\b", re.I)
PERIOD = re.compile(
    r"\b(?:q[1-4]|(?:first|second|third|fourth) quarter)[\w\s]{0,12}?20\d\d\b|\b20\d\d\s+q[1-4]\b", re.I
)
SOURCE = re.compile(r"\(?source.*|20\d\d Q[1-4] [A-Z]{4}(?:\.pdf)?", re.I)
DATE = re.compile(r"\b(?:[A-Z][a-z]+ \d{1,2}, )?(?:19|20)\d\d\b|\b10-[QK]\b|\bQ[1-4]\b")
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """One reviewed question; `document` is the file's stem, `figures` those of the answer."""

    question: str
    document: str
    figures: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of 1; number recall is the mean over the questions whose answer has figures."""

    questions: int
    hit_at_5: float
    hit_at_1: float
    with_figures: int
    number_recall: float
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


def named(question: str, passages: Sequence[Passage]) -> tuple[list[str], list[str]]:
    """The tickers and the periods that a question names; "latest" is the newest period of the company."""
    companies = [ticker for name, ticker in COMPANIES.items() if re.search(rf"\b{name}", question, re.I)]
    periods = [period_key(found) for found in PERIOD.findall(question)]
    if not periods and NEWEST.search(question):
        mine = [passage for passage in passages if passage.ticker in companies]
        periods = [max(mine, key=lambda passage: passage.period_end).period] if mine else []
    return companies, periods


def measure(retriever: Retriever, asked: Sequence[Asked], *, filtered: bool) -> Scores:
    started = process_time()
    found = [_search(retriever, each.question, filtered) for each in asked]
    spent = process_time() - started
    pairs = list(zip(asked, found, strict=True))
    recalls = [_recall(each, hits) for each, hits in pairs if each.figures]
    return Scores(
        questions=len(asked),
        hit_at_5=sum(any(_stem(hit) == each.document for hit in hits) for each, hits in pairs) / len(asked),
        hit_at_1=sum(any(_stem(hit) == each.document for hit in hits[:1]) for each, hits in pairs) / len(asked),
        with_figures=len(recalls),
        number_recall=sum(recalls) / len(recalls),
        cpu_ms_a_query=1000 * spent / len(asked),
    )


def _search(retriever: Retriever, question: str, filtered: bool) -> list[Hit]:
    companies, periods = named(question, retriever.passages) if filtered else ([], [])
    return retriever.search(question, companies=companies, periods=periods)


def _recall(asked: Asked, hits: Sequence[Hit]) -> float:
    text = " ".join(hit.passage.text for hit in hits)
    present = {found.replace(",", "").rstrip(".") for found in FIGURE.findall(text)}
    return len(asked.figures & present) / len(asked.figures)


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
    if options.json:
        rate = round(report.passages_per_second, 1)
        head = {"mode": report.mode, "passages": report.passages, "passages_per_second": rate}
        print(json.dumps(head | {name: asdict(score) for name, score in scores.items()}, indent=1))
        return
    print(f"{report.passages} passages, {report.mode} search, {report.passages_per_second:.1f} passages/s embedded")
    for name, score in scores.items():
        print(
            f"{name:>10}: hit@5 {score.hit_at_5:.2f}, hit@1 {score.hit_at_1:.2f}, "
            f"number recall {score.number_recall:.2f}, {score.cpu_ms_a_query:.0f} ms CPU a query"
        )


if __name__ == "__main__":
    main()
