"""The notebooks run from top to bottom, and show what they say."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
CHART = "image/svg+xml"


def executed(name: str) -> list[dict[str, Any]]:
    """The outputs of all cells."""
    book = nbformat.read(FOLDER / name, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert str(FOLDER.parent) not in str(outputs), "a warning, or another thing that names this machine's folders"
    return outputs


def charts(outputs: list[dict[str, Any]]) -> list[str]:
    return [output["data"][CHART] for output in outputs if CHART in output.get("data", {})]


def test_one_run() -> None:
    outputs = executed("01_one_run.ipynb")
    printed = "".join(output["text"] for output in outputs if output["output_type"] == "stream")
    assert "status" in printed and "citation" in printed and '"outcome":"completed"' in printed
    assert "[1]" in printed
    (chart,) = charts(outputs)
    assert "retrieving" in chart and "sources" in chart
    assert "'outcome': 'completed'" in outputs[-1]["data"]["text/plain"]


def test_latency() -> None:
    outputs = executed("02_latency.ipynb")
    assert len(charts(outputs)) == 3
    table = outputs[0]["data"]["text/plain"]
    assert table.count("completed") == 6
    assert "NA: n &lt; 36" in outputs[1]["data"]["text/html"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert not [output for cell in book.cells for output in cell.get("outputs", [])]
