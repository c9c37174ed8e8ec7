"""The bench of the pages as a command: progress on stderr, tables or JSON on stdout."""

import sys
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from eval.bench.page_rows import Result
from eval.bench.page_servers import CONTENDERS


def run(names: str, quick: bool, reps: int, as_json: bool) -> int:
    """The exit code: 0; 1 where a page could not be measured; 2 for a page that is not known."""
    try:
        from eval.bench.pages import QUICK, Plan, measure
        from eval.bench.paint import NoChromium
    except ModuleNotFoundError as error:
        return _failed(f"{error.name} is not installed: pip install -e '.[test]'", 1)
    known = {contender.name: contender for contender in CONTENDERS}
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    if unknown := [name for name in chosen if name not in known]:
        return _failed(f"no page {unknown[0]!r}: expected some of {', '.join(known)}", 2)
    plan = replace(QUICK if quick else Plan(), reps=reps)
    try:
        result = measure([known[name] for name in chosen], plan, _progress)
    except NoChromium as error:
        return _failed(str(error), 1)
    show(result, as_json)
    return 1 if result.failures else 0


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _failed(line: str, code: int) -> int:
    print(f"firstlight: {line}", file=sys.stderr)
    return code


def show(result: Result, as_json: bool) -> None:
    if as_json:
        print(result.model_dump_json(indent=2))
        return
    console = Console(highlight=False)
    console.print(_rows(result), _feedback(result))
    for failure in result.failures:
        console.print(failure, style="red", markup=False)


def _rows(result: Result) -> Table:
    table = _table("lag in ms, due to painted", "p50", "p99", "first 1000", "last 1000", "last")
    for name in ("KB", "DOM updates", "long tasks", "server CPU s", "browser CPU s"):
        table.add_column(name, justify="right")
    for row in result.rows:
        name = f"{row.name}, {row.tokens} at {row.rate:g}/s"
        if row.painted < row.tokens:
            name += f" ({row.painted} painted)"
        lags = (row.p50_ms, row.p99_ms, row.p99_first_1000_ms, row.p99_last_1000_ms, row.last_ms)
        counts = (f"{row.bytes / 1024:.0f}", str(row.dom_updates), str(row.long_tasks))
        table.add_row(name, *map(_ms, lags), *counts, f"{row.server_cpu_s:.1f}", f"{row.browser_cpu_s:.1f}")
    return table


def _feedback(result: Result) -> Table:
    table = _table("first feedback in ms, from Enter", "n", "median", "worst", "first question", "agent blocks")
    for one in result.first_feedback:
        times = (one.median_ms, one.worst_ms, one.first_question_ms, one.blocking_median_ms)
        table.add_row(one.name, str(one.n), *map(_ms, times))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column(title)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
