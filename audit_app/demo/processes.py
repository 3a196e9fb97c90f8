"""The processes of a running demo: started together, ended together, each with a log of its own."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from audit_app.demo.addresses import Addresses
from audit_app.domain.errors import AuditError

START_SECONDS = 60.0
STOP_SECONDS = 15.0
LAST_LINES = 5


class DemoFailed(AuditError):
    """A part of the demo did not start or ended by itself; the message quotes its last words."""


class Processes:
    """A handful of child processes; leaving the `with` block ends all of them."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._again: dict[str, Callable[[], object]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Processes:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C while we wait must not leave children behind.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for child in reversed(self._children.values()):
                child.terminate()
            for child in self._children.values():
                _wait_or_kill(child)
        finally:
            self._open.close()
            signal.signal(signal.SIGINT, before)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        again: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start `command` in a session of its own, so that Ctrl-C reaches it through us, in good order.

        With `again` it is started anew whenever a signal has killed it, as a service manager would do.
        """
        if again:
            self._again[name] = partial(self.start, name, command, environment)
        log = self._open.enter_context((self._logs / f"{name}.log").open("ab"))
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if name == "company" else log,
            stderr=log,
            env=os.environ | dict(environment or {}),
            start_new_session=True,
        )
        if child.stdout is not None:
            self._open.enter_context(child.stdout)
        self._children[name] = child
        return child

    def check(self) -> list[str]:
        """Start anew what was killed and may be, and return the names; raise DemoFailed when a child has ended."""
        ended = [name for name, child in self._children.items() if child.poll() is not None]
        for name in ended:
            child = self._children[name]
            if child.returncode < 0 and name in self._again:
                self._again[name]()
            else:
                raise DemoFailed(
                    f"The {name} ended by itself (exit code {child.returncode}). {self._last_words(name)}"
                )
        return ended

    def _last_words(self, name: str) -> str:
        log = self._logs / f"{name}.log"
        lines = log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:]
        return f"{' / '.join(lines)} (all of it: {log})"


def _wait_or_kill(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def start_company(processes: Processes, data: Path, ports: Mapping[str, int]) -> Addresses:
    """Start the demo company and return where it listens. Raises DemoFailed with its own words."""
    command = [sys.executable, "-m", "audit_app.demo.company", "--data", str(data), "--json"]
    for service, port in ports.items():
        command += [f"--{service}-port", str(port)]
    child = processes.start("company", command)
    assert child.stdout is not None  # noqa: S101 -- asked for above
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        line = child.stdout.readline() if selector.select(START_SECONDS) else b""
    if not line:
        child.wait(STOP_SECONDS)
        processes.check()
        raise DemoFailed("The demo company did not start within a minute.")
    return Addresses(**json.loads(line))


def wait_until_up(processes: Processes, url: str) -> None:
    """Wait until `url` answers with 200. Raises DemoFailed when it does not within a minute."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        processes.check()
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise DemoFailed(f"The web app did not answer at {url} within a minute.")
