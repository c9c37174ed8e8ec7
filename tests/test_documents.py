"""A folder of somebody's documents: what is read, what is skipped and named, and what a second run does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.indexing import index_in_terminal, summary
from agent.research.documents.blocks import Block
from agent.research.documents.collection import CollectionBusy, UnknownCollection, collections, locked, open_collection
from agent.research.documents.indexing import IndexReport, Progress, index_folder
from agent.research.documents.passages import to_passages
from agent.research.documents.readers import Document, read_document
from agent.research.search.embedding import load_embedder
from agent.research.search.quoting import best_quotes
from tests.hand_made_pdf import COVER, pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    (made / "quarter.pdf").write_bytes(
        pdf(COVER, ["Item 2. Results", "Revenue was $46.7 billion in the second quarter.", "Staff costs were flat."])
    )
    (made / "plan.md").write_text(
        "# The plan\n\n## Staff\n\nWe will have **120 people** in Bern by June.\n\n- one\n- two\n"
    )
    (made / "note.txt").write_text("The warehouse in Oslo burned down\nin March. Nobody was hurt.\n")
    (made / "page.html").write_text(
        "<html><head><title>Policy</title><script>var x = 'never';</script></head><body><h1>Travel</h1>"
        "<p>Flights need <b>approval</b> by a manager.</p><table><tr><td>Meals</td><td>50</td><td>60</td></tr></table>"
    )
    return made


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Callable[[], IndexReport]:
    return lambda: index_folder(folder, "mine", tmp_path / "data", embedder=lambda: None)


def best(tmp_path: Path, question: str) -> tuple[str, str, int | None, str]:
    retriever = open_collection("mine", tmp_path / "data")
    quote = best_quotes(question, retriever.search(question), retriever)[0]
    return quote.passage.source, quote.passage.section, quote.passage.page, quote.text


def test_each_kind_of_file_is_quoted_verbatim_with_its_place(index: Callable[[], IndexReport], tmp_path: Path) -> None:
    report = index()
    assert (report.indexed, report.skipped) == (("note.txt", "page.html", "plan.md", "quarter.pdf"), ())
    asked = {
        "How much revenue in the second quarter?": (
            *("quarter.pdf", "Item 2. Results", 2),
            "Revenue was $46.7 billion in the second quarter.",
        ),
        "How many people in Bern?": ("plan.md", "Staff", None, "We will have **120 people** in Bern by June."),
        "What happened to the warehouse?": ("note.txt", "", None, "The warehouse in Oslo burned down in March."),
        "Who approves flights?": ("page.html", "Travel", None, "Flights need approval by a manager."),
    }
    assert {question: best(tmp_path, question) for question in asked} == asked


def test_company_and_period_are_read_from_the_cover_and_filter(
    index: Callable[[], IndexReport], tmp_path: Path
) -> None:
    index()
    retriever = open_collection("mine", tmp_path / "data")
    (hit, *_) = retriever.search("revenue", companies=["Acme"], periods=["Q3 2025"])
    found = hit.passage
    assert (found.company, found.ticker, found.form, found.period, found.period_end) == (
        *("ACME CORPORATION", "ACME", "10-Q"),
        *("Q3 2025", "2025-07-27"),
    )
    assert found.title == "ACME CORPORATION 10-Q Q3 2025"
    assert "quarter.pdf" not in {hit.passage.source for hit in retriever.search("revenue", companies=["Bolt"])}


def test_a_second_run_reads_only_what_changed_and_forgets_what_left(
    index: Callable[[], IndexReport], folder: Path, tmp_path: Path
) -> None:
    index()
    (folder / "note.txt").write_text("The warehouse in Oslo was sold.")
    (folder / "plan.md").unlink()
    os.utime(folder / "page.html", (1, 1))
    report = index()
    assert report.indexed == ("note.txt",)
    assert report.unchanged == ("page.html", "quarter.pdf")
    assert report.removed == ("plan.md",)
    assert best(tmp_path, "warehouse in Oslo")[3] == "The warehouse in Oslo was sold."
    assert open_collection("mine", tmp_path / "data").search("Bern") == []
    assert len(list((tmp_path / "data" / "collections" / "mine").glob("*.npz"))) == 3


HOSTILE: dict[str, tuple[bytes, str]] = {
    "locked.pdf": (pdf(["secret"], encrypted=True), "encrypted"),
    "broken.pdf": (b"%PDF-1.7\n" + b"\x00\xff" * 500, "not a PDF that can be opened"),
    "scan.pdf": (pdf([]), "no text in it"),
    "program.txt": (b"\x7fELF" + bytes(range(256)) * 20, "binary data"),
    "empty.md": (b"", "empty"),
    "blank.txt": (b" \n\n\t\n", "no text in it"),
    "sheet.xlsx": (b"PK", "not PDF, HTML, Markdown or text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_named_and_nothing_else_is_lost(
    index: Callable[[], IndexReport], folder: Path, tmp_path: Path, name: str
) -> None:
    content, reason = HOSTILE[name]
    (folder / name).write_bytes(content)
    report = index()
    ((skipped, said),) = report.skipped
    assert skipped == name
    assert reason in said
    assert len(report.indexed) == 4
    (info,) = collections(tmp_path / "data")
    assert (info.name, info.files, info.skipped) == ("mine", 4, 1)


def test_a_huge_file_is_named_and_not_read(folder: Path, index: Callable[[], IndexReport]) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(2**31)
    assert index().skipped == (("huge.txt", "it has 2048 MB, the limit is 64 MB"),)


def test_links_out_of_the_folder_are_not_followed(
    folder: Path, index: Callable[[], IndexReport], tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("The password is swordfish.")
    (tmp_path / "elsewhere").mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path / "elsewhere")
    (folder / "nowhere.txt").symlink_to(tmp_path / "missing")
    assert dict(index().skipped) == {
        "link.txt": "it is a link to a place outside the folder",
        "away": "it is a link to a folder; links to folders are not followed",
        "nowhere.txt": "it is a link that leads nowhere",
    }
    assert open_collection("mine", tmp_path / "data").search("password swordfish") == []


def test_what_is_not_a_file_is_not_opened(folder: Path, index: Callable[[], IndexReport]) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert index().skipped == (("pipe.txt", "it is not a regular file"),)


def test_a_reader_that_crashes_costs_one_file(
    index: Callable[[], IndexReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(path: Path) -> object:
        if path.name == "note.txt":
            raise RecursionError("too deep")
        return read_document(path)

    monkeypatch.setattr("agent.research.documents.indexing.read_document", crash)
    report = index()
    assert report.skipped == (("note.txt", "reading it failed: RecursionError: too deep"),)
    assert len(report.indexed) == 3


def test_a_run_that_was_stopped_leaves_the_old_index_and_is_taken_up_again(
    index: Callable[[], IndexReport], folder: Path, tmp_path: Path
) -> None:
    index()
    (folder / "a.txt").write_text("Alpha is new.")
    (folder / "b.txt").write_text("Beta is new.")

    def stop(progress: Progress) -> None:
        if progress.file == "b.txt":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_folder(folder, "mine", tmp_path / "data", stop, embedder=lambda: None)
    assert open_collection("mine", tmp_path / "data").search("alpha") == []
    report = index()
    assert report.indexed == ("b.txt",)
    assert "a.txt" in report.unchanged
    assert best(tmp_path, "what is alpha?")[3] == "Alpha is new."


def test_a_damaged_shard_is_made_again(index: Callable[[], IndexReport], tmp_path: Path) -> None:
    index()
    shard = next((tmp_path / "data" / "collections" / "mine").glob("*.npz"))
    shard.write_bytes(b"torn")
    assert len(index().indexed) == 1


def test_two_runs_at_once_do_not_mix(index: Callable[[], IndexReport], tmp_path: Path) -> None:
    with locked(tmp_path / "data" / "collections" / "mine"), pytest.raises(CollectionBusy, match="another process"):
        index()


def test_progress_names_every_file_and_counts_to_the_last(folder: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    index_folder(folder, "mine", tmp_path / "data", seen.append, embedder=lambda: None)
    assert [(each.file, each.number, each.files) for each in seen if each.state == "indexed"] == [
        ("note.txt", 1, 4),
        ("page.html", 2, 4),
        ("plan.md", 3, 4),
        ("quarter.pdf", 4, 4),
    ]


@pytest.mark.anyio
async def test_in_a_terminal_the_last_line_says_finished_and_the_summary_names_the_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "zip.xlsx").write_bytes(b"PK")
    assert await index_in_terminal(folder, "mine", tmp_path / "data") == 0
    (folder / "note.txt").unlink()
    (folder / "plan.md").write_text("The plan is off.")
    capsys.readouterr()
    assert await index_in_terminal(folder, "mine", tmp_path / "data") == 0
    shown = capsys.readouterr()
    last, skipped = shown.err.strip().splitlines()[-2:]
    assert last.startswith("Finished ") and "4/4" in last
    assert skipped == "skipped zip.xlsx: it is not PDF, HTML, Markdown or text"
    first, *named, ask = shown.out.strip().splitlines()
    assert first.startswith("mine: 1 indexed, 2 unchanged, 1 removed, 1 skipped; passages: ")
    assert named == [
        *("  indexed: plan.md", "  unchanged: page.html, quarter.pdf", "  removed: note.txt", "  skipped: zip.xlsx"),
    ]
    assert ask == 'Ask them: python -m agent ask "..." --collection mine'


def test_a_long_list_of_files_is_cut_in_the_summary() -> None:
    files = tuple(f"{number}.txt" for number in range(20))
    report = IndexReport("mine", files, (), (), (), passages=20, embedded=20, seconds=1.0, mode="hybrid")
    assert "  indexed: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt, 7.txt and 12 more" in summary(report)


def test_a_table_that_is_cut_keeps_the_heading_of_its_columns() -> None:
    heading = "Three Months Ended July 1, 2023 June 25, 2022"
    rows = [Block(f"Sales of {word} {number} {number + 1}") for number, word in enumerate(["bolts"] * 90)]
    passages = to_passages(Document((Block(heading), *rows)), "acme.txt")
    assert len(passages) > 1
    assert [passage.text.split("\n")[0] for passage in passages] == [heading] * len(passages)


def test_with_the_model_a_collection_is_searched_by_meaning(folder: Path, tmp_path: Path) -> None:
    report = index_folder(folder, "mine", tmp_path / "data")
    assert (report.mode, report.embedded) == ("hybrid", report.passages)
    retriever = open_collection("mine", tmp_path / "data")
    assert retriever.mode == "hybrid"
    assert retriever.search("blaze at the depot")[0].passage.source == "note.txt"
    assert load_embedder() is not None


def test_names_and_folders_that_are_none_are_refused(tmp_path: Path, folder: Path) -> None:
    for name in ("", "../up", "a/b", ".hidden", "x" * 65, "ends."):
        with pytest.raises(UsageError, match="no name for a collection"):
            index_folder(folder, name, tmp_path / "data", embedder=lambda: None)
    with pytest.raises(UsageError, match="is not a folder"):
        index_folder(tmp_path / "missing", "mine", tmp_path / "data", embedder=lambda: None)
    with pytest.raises(UnknownCollection, match="no collection 'other'; there is none yet"):
        open_collection("other", tmp_path / "data")
