"""A set of measured runs and its folder.

`events.jsonl` and `manifest.json` are the source; all the rest is made from them again by `save`.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from agent.entries import Entry
from agent.errors import UsageError
from agent.metrics import Row
from eval.manifest import SCHEMA_VERSION, Manifest
from eval.metrics import Summary, columns, row, summarise


class BadRunset(UsageError):
    """A folder that does not hold a set of runs that we can read."""


@dataclass(frozen=True)
class Runset:
    manifest: Manifest
    entries: dict[str, list[Entry]]
    """By run id."""

    @cached_property
    def rows(self) -> list[Row]:
        """One row a run, in the order in which they were made."""
        return [
            row(
                self.entries.get(planned.run_id, []),
                self.manifest.tau_s,
                run_id=planned.run_id,
                prompt_id=planned.prompt_id,
                rep=planned.rep,
                position=position,
                agent=self.manifest.agent,
                pace=self.manifest.pace,
            )
            for position, planned in enumerate(self.manifest.runs, 1)
        ]

    @cached_property
    def summary(self) -> Summary:
        return summarise(self.rows)


def save(runset: Runset, folder: Path) -> None:
    """Writes the whole folder."""
    from eval.report import html, markdown

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "events.jsonl").open("w", encoding="utf-8") as file:
        for planned in runset.manifest.runs:
            file.writelines(entry.line() + "\n" for entry in runset.entries[planned.run_id])
    _write(folder / "manifest.json", runset.manifest.model_dump_json(indent=2))
    _write(folder / "summary.json", runset.summary.model_dump_json(indent=2))
    _write(folder / "report.md", markdown(runset))
    _write(folder / "report.html", html(runset))
    save_rows(runset.rows, folder)


def load(folder: Path) -> Runset:
    """Reads a folder that `save` wrote. Raises BadRunset."""
    try:
        text = (folder / "manifest.json").read_text(encoding="utf-8")
        found = json.loads(text).get("schema_version")
        if found != SCHEMA_VERSION:
            raise BadRunset(f"{folder.name}: schema version {found!r}; this program reads {SCHEMA_VERSION}")
        manifest = Manifest.model_validate_json(text)
        lines = (folder / "events.jsonl").read_bytes().splitlines()  # text would be split at U+2028 too
        entries: dict[str, list[Entry]] = {planned.run_id: [] for planned in manifest.runs}
        for line in lines:
            entry = Entry.from_line(line)
            entries[entry.run_id].append(entry)
    except (OSError, ValueError, KeyError, ValidationError) as error:
        raise BadRunset(f"{str(folder)!r} does not hold a set of runs: {error}") from error
    return Runset(manifest, entries)


def save_rows(rows: Sequence[Row], folder: Path) -> Path:
    """`runs.parquet`, or `runs.csv` where pyarrow is missing."""
    names = columns(rows)
    try:
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ImportError:
        path = folder / "runs.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return path
    arrays = {}
    for name in names:
        values = [each.get(name) for each in rows]
        undefined = all(value is None for value in values)
        arrays[name] = pyarrow.array(values, pyarrow.float64() if undefined else None)
    path = folder / "runs.parquet"
    pyarrow.parquet.write_table(pyarrow.table(arrays), path)
    return path


def _write(path: Path, text: str) -> None:
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
