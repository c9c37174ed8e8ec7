"""The site's own pages, and that one says so when Gradio's cannot start."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from apps import words
from apps.both_pages import LINKS
from apps.landing import landing, starting

ROOT = Path(__file__).parents[1]


def test_the_first_page_leads_to_both_front_ends_and_to_the_latency_page() -> None:
    page = landing(LINKS)
    for name, where in {
        words.ASK_IN_GRADIO: "gradio/",
        words.ASK_IN_STREAMLIT: "streamlit/",
        words.LATENCY: "streamlit/latency",
    }.items():
        assert f'<a href="{where}">{name}<span>{words.WAYS_IN[name]}</span></a>' in page


def test_a_gradio_page_that_cannot_start_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "gradio.py").write_text("raise ImportError('no Gradio here')")
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "apps.demo", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            address = process.stdout.readline().split()[1]
            with httpx.Client(base_url=address, timeout=60) as client:
                while (page := client.get("gradio/")).status_code == 503:
                    assert page.text == starting(LINKS)
                assert page.status_code == 500
                assert words.GRADIO_FAILED in page.text
                assert "refresh" not in page.text, "it is not waited for"
                assert 'href="streamlit/"' in page.text
            process.send_signal(signal.SIGINT)
            assert "no Gradio here" in process.stderr.read()
            assert process.wait(20) == 0
        finally:
            process.kill()
