"""The charts: valid specs that show the run, and a report that a browser draws without a network."""

import os
from pathlib import Path
from typing import Any

import altair
import pytest
from playwright.sync_api import sync_playwright

from agent.charts import ecdf, waterfall, where_time_went
from agent.events import Artifact, Citation
from agent.metrics import Row, measure
from agent.timeline import InvalidRun
from eval.manifest import Manifest, Planned, host, versions
from eval.runset import Runset, save
from tests.needs import chromium
from tests.timed import Said, done, run, status, text

SAID: list[Said] = [
    status(0.1, "retrieving", "Searching"),
    status(2.0, "retrieving", "Searching", "done", "kept 4"),
    status(2.0, "generating", "Writing"),
    (2.1, Citation(index=1, title="10-Q")),
    *[text(2.2 + number / 1000) for number in range(2000)],
    (4.3, Artifact(id="a", kind="value", data={})),
    done(4.4),
]


def layers(spec: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [layer["data"]["values"] for layer in spec["layer"]]


def test_a_waterfall_has_steps_ticks_silence_and_two_rules() -> None:
    silences, bars, ticks, rules = layers(waterfall(run(*SAID)))
    assert silences == [{"from": 1.1, "to": 2.0, "seconds": 1.9}]
    assert [(bar["lane"], bar["from"], bar["to"]) for bar in bars] == [
        ("retrieving", 0.1, 2.0),
        ("generating", 2.0, 4.4),
    ]
    assert {tick["lane"] for tick in ticks} == {"retrieving", "generating", "text", "sources", "artifacts"}
    assert sum(tick["events"] for tick in ticks) == 2005
    assert len(ticks) <= 5 * 801, "a long answer is thinned to what a screen can show"
    assert [(rule["what"], rule["at"]) for rule in rules] == [("first feedback", 0.1), ("first token", 2.2)]


def test_a_run_that_cannot_be_measured_has_no_waterfall() -> None:
    with pytest.raises(InvalidRun):
        waterfall(run(text(0.1)))


def test_a_failure_keeps_the_curve_below_one() -> None:
    rows: list[Row] = [measure(run(text(0.1), done(0.2))), measure(run(done(0.2, "error")))]
    points = ecdf(rows, ["ttfvt"])["data"]["values"]
    assert [(point["ms"], point["share"]) for point in points] == [(100, 0.5)]
    assert points[0]["low"] == 0 and points[0]["high"] == 1


def test_where_the_time_went_is_the_middle_run_of_each_prompt() -> None:
    rows: list[Row] = [
        {"prompt_id": "p", **measure(run(status(0, "generating"), text(end), done(end)))} for end in (1.0, 2.0, 9.0)
    ]
    bars = where_time_went(rows)["data"]["values"]
    assert [(bar["group"], bar["step"], bar["ms"]) for bar in bars] == [("p", "generating", 2000), ("p", "no step", 0)]


def test_steps_are_named_as_people_write_them() -> None:
    entries = run(status(0, "running_tool"), text(1.0), done(1.0))
    [_, [bar], *_] = layers(waterfall(entries))
    assert bar["lane"] == "running tool"
    rows: list[Row] = [{"prompt_id": "p", **measure(entries)}]
    assert {bar["step"] for bar in where_time_went(rows)["data"]["values"]} == {"running tool", "no step"}


@pytest.mark.parametrize("said", [SAID, [done(0.0)], [text(0.0), done(0.0)]], ids=["whole", "empty", "at once"])
def test_the_specs_are_valid_vega_lite(said: list[Said]) -> None:
    rows: list[Row] = [{"prompt_id": "p", **measure(run(*said))}]
    for spec in (waterfall(run(*said)), ecdf(rows), where_time_went(rows)):
        altair.Chart.from_dict(spec | {"width": 400}).to_dict()


@pytest.mark.browser
def test_the_report_is_drawn_offline_and_fits_a_phone(tmp_path: Path) -> None:
    prompt = "<script>document.title = 'broken'</script>"
    manifest = Manifest(
        created_at="2026-01-01T00:00:00+00:00",
        label="test",
        suite="s",
        prompts={"p": prompt},
        agent="a",
        reps=2,
        warmup=0,
        seed=0,
        deadline_s=300,
        pause_s=0,
        tau_s=1,
        complete=True,
        runs=(Planned(run_id="r_1", prompt_id="p", rep=1), Planned(run_id="r_2", prompt_id="p", rep=2)),
        versions=versions(),
        git="",
        host=host(),
    )
    save(Runset(manifest, {"r_1": run(*SAID), "r_2": run(*SAID, run_id="r_2")}), tmp_path)
    if not chromium():
        assert os.environ.get("CI") != "true", "Chromium is missing"
        pytest.skip("needs Chromium")
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 390, "height": 800}, offline=True)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((tmp_path / "report.html").as_uri())
        page.locator(".chart").nth(2).scroll_into_view_if_needed()
        page.locator(".chart svg").nth(2).wait_for(timeout=30_000)
        assert page.title() == "Latency of test"
        assert page.locator("h3").inner_text() == prompt
        assert page.locator(".chart svg").count() == 3, "the second repetition is drawn when it is opened"
        page.locator("summary").nth(1).click()
        page.locator(".chart svg").nth(3).wait_for(timeout=30_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert said == []
