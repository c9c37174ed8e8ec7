"""The demo: its start, a port that is taken, its end; and that no app keeps a process alive."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from apps import demo

ROOT = Path(__file__).parents[1]


def test_a_taken_port_gives_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.main(["--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said
    assert f"make demo PORT={port + 1}" in said


def test_an_agent_that_is_not_there_is_told_before_anything_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT", "nowhere:agent")
    assert demo.main(["--port", "0"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "'nowhere:agent'" in said


def test_both_pages_and_the_api_answer_on_one_port_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    environment = os.environ | {"AGENT": "tests.browser.agents:by_question", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "apps.demo", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[1].rstrip("/")
            with httpx.Client(base_url=address, timeout=60) as client:
                landing = client.get("/")
                assert 'href="streamlit/"' in landing.text
                assert 'href="gradio/"' in landing.text
                assert client.get("/streamlit/_stcore/health").text == "ok"
                assert "starting" in client.get("/gradio/").text
                assert client.get("/v1/static/run_view.js").headers["content-type"].startswith("text/javascript")
                assert client.get("/v1/runs/none/view").status_code == 404
                while "is ready" not in process.stdout.readline():
                    pass
                assert "gradio" in client.get("/gradio/").text
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("module", ["demo", "both_pages", "session", "streamlit_app", "gradio_app"])
def test_a_process_that_imports_an_app_ends(module: str, tmp_path: Path) -> None:
    environment = os.environ | {"FIRSTLIGHT_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-c", f"import apps.{module}"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=180, capture_output=True)
    assert not (tmp_path / "data").exists(), "an import must not open the log"


def test_the_streamlit_page_alone_serves_the_api_beside_it(tmp_path: Path) -> None:
    """`streamlit run` from another folder: the settings beside the script count."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"FIRSTLIGHT_DATA": str(tmp_path / "data")}
    script = ROOT / "apps" / "streamlit_app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            address = next(line.split()[-1] for line in process.stdout if "URL:" in line)
            assert address == f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=address, timeout=60, transport=httpx.HTTPTransport(retries=20)) as client:
                assert client.get("/_stcore/health").text == "ok"
                assert client.get("/v1/runs/none/view").status_code == 404
            process.send_signal(signal.SIGINT)
            process.wait(20)
        finally:
            process.kill()
