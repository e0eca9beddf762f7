"""A forge on loopback: `git http-backend` behind a name and a password."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .repos import environment

USER, SECRET = "ana", "s3cret-Ünique value"


class Forge(ThreadingHTTPServer):
    """Serves the bare repositories of a folder.

    `redirect` sends elsewhere instead, with `known_first` only who has signed in;
    `closed` refuses whoever asks, `open` nobody.
    """

    daemon_threads = True

    def __init__(self, folder: Path, *, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Handler)
        self.folder = folder
        self.redirect: str | None = None
        self.known_first = False
        self.closed = self.open = False
        # Every `Authorization` that has come in, in the clear.
        self.heard: list[str] = []
        # Set to hold back all answers until the test lets them go.
        self.hold: threading.Event | None = None
        self.held = threading.Event()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Forge

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            self._answer(self._chunks())
        else:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return

    def _chunks(self) -> bytes:
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _answer(self, body: bytes) -> None:
        given = self.headers.get("Authorization", "")
        if given:
            kind, _, data = given.partition(" ")
            told = base64.b64decode(data).decode() if kind == "Basic" else given
            self.server.heard.append(told)
        if self.server.hold is not None:
            self.server.held.set()
            self.server.hold.wait(600)
        known = bool(given) and self.server.heard[-1] == f"{USER}:{SECRET}"
        sends_away = known or not self.server.known_first
        if self.server.redirect is not None and sends_away:
            self.send_response(302)
            for number in range(60):
                self.send_header(f"X-Policy-{number}", "as long as of others " * 10)
            self.send_header("Location", self.server.redirect + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.server.closed:
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif known or self.server.open:
            self._run_backend(body)
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="forge"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _run_backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        env = {
            **environment(),
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": USER,
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            env=env,
            check=True,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def forge(folder: Path) -> Iterator[Forge]:
    """Runs it in a thread."""
    server = Forge(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        if server.hold is not None:
            server.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def everything_about_processes() -> dict[str, bytes]:
    """Arguments and environment of each process that can be looked at."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                found[f"{pid} {name}"] = Path(f"/proc/{pid}/{name}").read_bytes()
    return found
