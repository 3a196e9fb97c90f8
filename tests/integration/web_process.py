"""The web app in processes of its own, as an installation runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import psutil

from audit_app.config import Settings

START_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class WebProcess:
    """A running web app: its parent process, its port and what it said."""

    def __init__(self, settings: Settings, port: int, log: Path, more: Mapping[str, str]) -> None:
        self.port, self.log = port, log
        environment = os.environ | {
            "AUDIT_INSTANCE": str(settings.instance),
            "AUDIT_DATABASE_URL": settings.database_url,
            "AUDIT_SECRET_KEY": settings.session_key,
            "AUDIT_ENCRYPTION_KEY": settings.sealing_key,
            "AUDIT_PORT": str(port),
            **more,
        }
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "audit_app.cli", "web"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def children(self) -> list[psutil.Process]:
        """The processes that serve."""
        return psutil.Process(self.process.pid).children()

    def visitor(self) -> WebVisitor:
        """Somebody with a browser of their own."""
        return WebVisitor(f"http://127.0.0.1:{self.port}")


class WebVisitor:
    """Reads pages over HTTP and keeps cookies."""

    def __init__(self, base: str) -> None:
        self.base, self.cookies = base, CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, timeout: float = 30.0) -> str:
        """The page at `path`."""
        with self._opener.open(self.base + path, timeout=timeout) as answer:
            text: str = answer.read().decode()
            return text

    def token(self, path: str) -> str:
        """The token of the forms at `path`."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found
        return found[1]

    def submit(self, path: str, **fields: str) -> str:
        """Send the form at `path`; returns the page that follows."""
        fields = {"csrf_token": self.token(path), **fields}
        body = urllib.parse.urlencode(fields).encode()
        with self._opener.open(self.base + path, body, timeout=30) as answer:
            text: str = answer.read().decode()
            return text

    def send_json(self, path: str, what: object, token: str) -> dict[str, object]:
        """Send JSON as a script of ours does, and return what comes back."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        request = urllib.request.Request(  # noqa: S310 -- our own address
            self.base + path, json.dumps(what).encode(), headers
        )
        with self._opener.open(request, timeout=30) as answer:
            told: dict[str, object] = json.load(answer)
            return told


@contextmanager
def web_process(settings: Settings, log: Path, **more: str) -> Iterator[WebProcess]:
    """A web app that is up; it is ended with all its processes."""
    web = WebProcess(settings, free_port(), log, more)
    try:
        web.wait_until_up()
        yield web
    finally:
        web.process.terminate()
        try:
            web.process.wait(15)
        finally:
            if web.process.poll() is None:
                os.killpg(web.process.pid, signal.SIGKILL)
                web.process.wait()
