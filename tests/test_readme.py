"""What the README shows works: its agent, its commands, its links."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


FOLDERS = [path.parent for top in ("agent", "apps", "eval") for path in (ROOT / top).rglob("README.md")]
PACKAGES = sorted(str(folder.relative_to(ROOT)) for folder in FOLDERS if "data" not in folder.parts)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shape(text: str) -> list[str]:
    """The lines without what differs from run to run: figures, bars, paths, padding and where lines wrap."""
    text = re.sub(r"[━╸╺]+|^…$", "", text, flags=re.MULTILINE)  # … stands for lines that are left out
    text = re.sub(r"\d+(\.\d+)?", "0", text)
    return re.sub(r"\s+", " ", text).split(" ")


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable if word == ".venv/bin/python" else word for word in _words(command)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    environment |= {"COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(arguments, cwd=folder, env=environment, text=True, capture_output=True, timeout=240)


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the agent of the README in it."""
    (agent,) = blocks("python")
    assert agent.startswith("# my_agent.py\n")
    (tmp_path / "my_agent.py").write_text(agent, encoding="utf-8")
    return tmp_path


def test_nothing_was_left_to_fill_in() -> None:
    assert re.findall(r"\b(?:MEASURED|BENCHES|BASE_MB|TODO|TBD)\b", README) == []


def test_the_agent_has_ten_lines() -> None:
    (agent,) = blocks("python")
    assert len([line for line in agent.splitlines() if line.strip() and not line.startswith("#")]) <= 10


@pytest.mark.parametrize("console", blocks("console"), ids=["ask", "measure"])
def test_what_the_readme_shows_is_what_it_prints(console: str, folder: Path) -> None:
    first, shown = console.split("\n", 1)
    done = run(first.removeprefix("$ "), folder)
    assert done.returncode == 0, done.stderr
    words = set(shape(done.stdout))
    missing = [word for word in shape(shown) if word not in words]
    assert not missing, f"the README shows {missing}, but the command printed:\n{done.stdout}"


def test_the_make_targets_are_there() -> None:
    commands = re.findall(r"^(make \w+)", "\n".join(blocks("sh")), re.MULTILINE)
    assert commands == ["make demo", "make test", "make serve"]
    for command in commands:
        subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


def test_documents_are_indexed_and_asked(tmp_path: Path) -> None:
    index, ask = [line.split("  #")[0] for line in blocks("sh")[1].strip().splitlines()]
    reports = tmp_path / "reports"
    reports.mkdir()
    text = "In the second quarter the price of a ticket changed from 4 to 5 euros.\n\nThe ferry was painted green.\n"
    (reports / "notes.md").write_text(text, encoding="utf-8")
    assert run(index.replace("~", str(tmp_path)), tmp_path).returncode == 0
    answered = run(ask, tmp_path)
    assert answered.returncode == 0, answered.stderr
    assert "ticket changed from 4 to 5 euros" in " ".join(answered.stdout.split())


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("*/README.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if not target.startswith("http")]
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("page", PACKAGES)
def test_folder_readmes_name_every_module(page: str) -> None:
    text = (ROOT / page / "README.md").read_text(encoding="utf-8")
    modules = [path.name for path in (ROOT / page).glob("*.py") if path.name != "__init__.py"]
    assert [module for module in modules if f"`{module}`" not in text] == []
    named = re.findall(r"^- `([\w.]+\.py)`", text, re.MULTILINE)
    assert [name for name in named if name not in modules] == []
