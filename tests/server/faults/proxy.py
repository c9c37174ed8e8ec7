"""A real nginx in front of a server, as a distribution configures it, with gzip for everything."""

import os
import socket
import subprocess
import time
from pathlib import Path

import httpx

from tests.streams import PATIENCE

CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    gzip on;
    gzip_types *;
    gzip_min_length 0;
    gzip_proxied any;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass {behind}; }}
    }}
}}
"""


class Nginx:
    """It can be stopped, and started again at the same address."""

    def __init__(self, binary: str, folder: Path, behind: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._binary, self._folder = binary, folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, behind=behind))
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # its workers are somebody else then
            folder.chmod(0o777)

    def start(self) -> None:
        """Returns once it answers."""
        conf = ["-p", str(self._folder), "-c", str(self._folder / "nginx.conf"), "-e", str(self._folder / "error.log")]
        self._process = subprocess.Popen([self._binary, *conf])
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                httpx.get(self.url + "/healthz", trust_env=False)
                return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError((self._folder / "error.log").read_text()[-2000:])

    def stop(self) -> None:
        self._process.terminate()  # at once, with all its connections
        self._process.wait(PATIENCE)
