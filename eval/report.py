"""The reports: one HTML file that works offline, and a short Markdown for a comment."""

from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from agent.charts import ecdf, waterfall, where_time_went
from agent.metrics import MEANING, Row, duration
from agent.timeline import InvalidRun
from eval.headline import amount, headline, interval
from eval.metrics import HEADLINE, Summary, numbers, unit
from eval.runset import Runset

_TEMPLATE = Path(__file__).with_name("report.html")
_BY_PROMPT = ("ttff", "ttfvt", "e2e", "lsg")


def html(runset: Runset) -> str:
    """The whole page. What came from a prompt, an agent or a document is escaped."""
    from jinja2 import Environment

    rows, manifest = runset.rows, runset.manifest
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        manifest=manifest,
        sentences=headline(runset.summary, rows, manifest.planned),
        table=table(runset.summary),
        prompts=by_prompt(runset),
        by_prompt=_BY_PROMPT,
        meaning=MEANING,
        ecdf=ecdf(rows),
        steps=where_time_went(sorted(rows, key=lambda row: list(manifest.prompts).index(str(row["prompt_id"])))),
        waterfalls=_waterfalls(runset),
        vega=_vega(),
    )


@cache
def _vega() -> str:
    """Vega, Vega-Lite and vega-embed as one script, once for all charts of a page."""
    import vl_convert

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script.replace("</script", "<\\/script")  # inside a script element only this could end it early


def markdown(runset: Runset) -> str:
    """The headline and the table."""
    manifest = runset.manifest
    pace = f", simulated pace: {manifest.pace}" if manifest.pace else ""
    made = f"{manifest.suite}: {len(manifest.prompts)} prompts x {manifest.reps}, agent `{manifest.agent}`{pace}"
    sentences = headline(runset.summary, runset.rows, manifest.planned)
    lines = [f"### Latency of {manifest.label}", "", *sentences, "", made, ""]
    lines += ["| metric | median | 95 % interval | p90 | n |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join([f"{cells[0]}", *cells[2:]]) + " |" for cells in table(runset.summary)]
    return "\n".join(lines) + "\n"


def table(summary: Summary) -> list[tuple[str, str, str, str, str, str]]:
    """At most 8 rows: metric, meaning, median, interval, p90, n. What is refused is NA with the reason."""
    rows = []
    for name in HEADLINE:
        figure = summary.metrics.get(name)
        if figure is None:
            continue
        middle, late = figure.percentiles["p50"], figure.percentiles["p90"]
        told = [amount(p.value, figure.unit) if p.value is not None else f"NA ({p.reason})" for p in (middle, late)]
        rows.append((name, MEANING[name][1], told[0], interval(middle, figure.unit), told[1], str(figure.n)))
    return rows


def by_prompt(runset: Runset) -> list[dict[str, Any]]:
    """A line a prompt: the middle of its repetitions, and how many completed."""
    lines = []
    for prompt_id, text in runset.manifest.prompts.items():
        rows = [row for row in runset.rows if row["prompt_id"] == prompt_id]
        found = {name: numbers(rows, name) for name in _BY_PROMPT}
        lines.append(
            {
                "id": prompt_id,
                "prompt": text,
                "completed": f"{sum(row['outcome'] == 'completed' for row in rows)} of {len(rows)}",
                "middle": {name: amount(median(v), unit(name)) if v else "NA" for name, v in found.items()},
            }
        )
    return lines


def _waterfalls(runset: Runset) -> list[dict[str, Any]]:
    """A prompt with its runs, each with its chart; the run with the middle `ended` first."""
    groups = []
    for prompt_id, text in runset.manifest.prompts.items():
        rows = sorted((row for row in runset.rows if row["prompt_id"] == prompt_id), key=_ended)
        middle = rows[len(rows) // 2 : len(rows) // 2 + 1]
        runs = [_run(runset, row) for row in middle + [row for row in rows if row not in middle]]
        groups.append({"id": prompt_id, "prompt": text, "runs": runs})
    return groups


def _ended(row: Row) -> float:
    return float(row["ended"] or 0)


def _run(runset: Runset, row: Row) -> dict[str, Any]:
    try:
        spec = waterfall(runset.entries[str(row["run_id"])], runset.manifest.tau_s)
    except InvalidRun:
        spec = None
    told = {"rep": row["rep"], "outcome": row["outcome"], "invalid": row["invalid"]}
    return {**told, "ended": duration(_ended(row)), "spec": spec}
