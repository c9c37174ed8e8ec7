"""Clients that know nothing of us, as they are: curl, httpx, websockets; EventSource is in test_plain_page.py."""

import json
import re
import shlex
import shutil
import subprocess
import time

import httpx
import pytest
from websockets.sync.client import connect

from tests.server.conftest import ROOT, Server, Start
from tests.streams import PATIENCE


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_readme_asks_with_curl(start: Start) -> None:
    (command,) = re.findall(r"^curl .*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    server = start(AGENT="")
    words = shlex.split(command.replace("http://127.0.0.1:8010", server.url))
    told = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    assert "event: token\n" in told.stdout
    assert told.stdout.split("event: ")[-1].startswith("done\n")


def test_a_client_written_to_the_hand_made_example_works(server: Server) -> None:
    said: list[tuple[str, dict[str, object]]] = []
    with httpx.Client(base_url=server.url) as http:
        head = {"accept": "text/event-stream"}
        with http.stream("POST", "/v1/runs", json={"question": "all"}, headers=head) as answer:
            event = ""
            for line in answer.iter_lines():  # splits at U+2028, which no line of ours holds
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    said.append((event, json.loads(line.removeprefix("data: "))))
    assert said[0][0] == "status"
    assert said[0][1]["step"] == "retrieving"
    kind, done = said[-1]
    assert kind == "done"
    assert isinstance(done["latency_ms"], float)


def test_a_socket_is_all_that_a_client_needs(server: Server) -> None:
    with connect(server.url.replace("http", "ws") + "/v1/ws") as socket:
        socket.send(json.dumps({"op": "start", "question": "count 30"}))
        text = ""
        while (message := json.loads(socket.recv(timeout=PATIENCE))).get("event") != "done":
            if message.get("event") == "token":
                text += message["data"]["text"]
    assert text == "".join(f"{number} " for number in range(30))


def test_a_reader_that_leaves_stops_the_run_only_where_it_said_so(server: Server) -> None:
    head = {"accept": "text/event-stream"}
    states = []
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as http:
        for query in ("", "?cancel_on_disconnect=1"):
            with http.stream("POST", f"/v1/runs{query}", json={"question": "wait"}, headers=head) as answer:
                run = answer.headers["location"]
                assert "event: token" in next(text for text in answer.iter_text() if "event: " in text)
            deadline = time.monotonic() + (PATIENCE if query else 0.5)
            while http.get(run).json()["status"] == "running" and time.monotonic() < deadline:
                time.sleep(0.02)
            states.append(http.get(run).json()["status"])
            http.post(f"{run}/cancel")
    assert states == ["running", "cancelled"]
