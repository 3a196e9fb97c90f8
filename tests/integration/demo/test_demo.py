"""The demo, run as a person or a machine runs it, from nothing to a score."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without the developer's own settings, and with `settings`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AUDIT_")} | settings


def test_one_visit_one_email_and_one_chat_become_a_score() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "audit_app.cli", "demo", "--once", "--json"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert 0 < report["visit"]["score"] <= 100
    for channel in ("email", "chat"):
        facts = report[channel]
        sent, acknowledged, answered = (
            datetime.fromisoformat(facts[name]) for name in ("sent_at", "acknowledged_at", "answered_at")
        )
        assert sent <= acknowledged < answered, channel
        assert facts["verdict"] == "answered"
        assert facts["seconds"] == pytest.approx((answered - sent).total_seconds())
    score = report["score"]
    assert score["location"] == "stockholm"
    assert score["band"] in "ABCDE"
    assert [part["key"] for part in score["components"]] == ["visits", "speed", "reply_quality"]
    assert sum(float(part["points"]["decimal"]) for part in score["components"]) == pytest.approx(
        score["value"]
    )


class RunningDemo:
    """`audit-app demo` as a person starts it, until Ctrl-C."""

    def __init__(self, instance: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # Started as nohup and a shell's background start it: with SIGINT ignored.
        deaf = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                deaf,
                sys.executable,
                "-m",
                "audit_app.cli",
                "demo",
                "--company-port",
                "0",
            ],
            env=environment(AUDIT_INSTANCE=str(instance), AUDIT_PORT=str(port)),
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> RunningDemo:
        return self

    def __exit__(self, *_error: object) -> None:
        """End what a test that failed left running."""
        assert self.process.stderr is not None
        if self.process.poll() is None:
            self.end_by(signal.SIGTERM)
        self.process.stderr.close()

    def printed_until_up(self) -> str:
        """All that it prints up to the line that says that it is up."""
        assert self.process.stderr is not None
        printed = ""
        for line in self.process.stderr:
            printed += line
            if "Ctrl-C ends everything" in line:
                return printed
        raise AssertionError(printed)

    def next_line(self) -> str:
        """What it prints next."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def worker(self) -> psutil.Process:
        """The worker among its processes."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if child.cmdline()[-1] == "worker")

    def end_by(self, ending: signal.Signals) -> int:
        """Send the signal (SIGINT is Ctrl-C) and wait for the end."""
        assert self.process.stderr is not None
        self.process.send_signal(ending)
        code = self.process.wait(60)
        self.process.stderr.close()
        return code


def test_the_demo_says_where_it_is_outlives_a_killed_worker_and_keeps_its_data(tmp_path: Path) -> None:
    port = free_port()
    with RunningDemo(tmp_path / "instance", port) as demo:
        printed = demo.printed_until_up()
        assert demo.url in printed
        for role in ("auditor", "manager", "contact", "admin"):
            assert f"{role}@demo.example" in printed
        assert "Sign in" in sign_in_page(port)
        assert demo.end_by(signal.SIGINT) == 0
    with pytest.raises(ConnectionRefusedError):
        sign_in_page(port)

    with RunningDemo(tmp_path / "instance", port) as again:
        assert "Loading" not in again.printed_until_up()
        again.worker().kill()
        assert "The worker was killed; it was started again" in again.next_line()
        assert again.worker().is_running()
        assert again.end_by(signal.SIGTERM) == 0


def sign_in_page(port: int) -> str:
    """The page on which one signs in."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/sign-in")
        return connection.getresponse().read().decode()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
