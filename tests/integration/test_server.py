"""The HTTP server: slow and idle clients cost nobody else anything, and its processes leave nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from flask import Flask, request
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.models import Location, User
from audit_app.web import server
from tests.factories import PASSWORD
from tests.integration.web_process import WebProcess, web_process
from tests.small_checklist import begun_visit

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNFINISHED = {
    "header": b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-Slow: ",
    "body": b"POST /sign-in HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n",
}


@contextmanager
def dripping(port: int, beginning: bytes, connections: int) -> Iterator[list[socket.socket]]:
    """So many connections that send `beginning` and then a byte a second."""
    over = threading.Event()
    with ExitStack() as opened:
        slow = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)
        ]
        for one in slow:
            one.sendall(beginning)

        def drip() -> None:
            while not over.wait(1.0):
                for one in slow:
                    with suppress(OSError):  # it was closed on us, which is what the limits are for
                        one.send(b"a")

        dripper = threading.Thread(target=drip)
        dripper.start()
        try:
            yield slow
        finally:
            over.set()
            dripper.join()


@one_database
@pytest.mark.parametrize("part", list(UNFINISHED))
def test_two_hundred_clients_that_send_a_byte_a_second_hold_nobody_up(
    settings: Settings, session: Session, anna: User, umea: Location, tmp_path: Path, part: str
) -> None:
    visit = begun_visit(session, anna, umea, datetime.now(UTC))
    session.commit()
    with web_process(settings, tmp_path / "web.log") as web:
        auditor = web.visitor()
        auditor.submit("/sign-in", email=anna.email, password=PASSWORD)
        token = auditor.token(f"/visits/{visit.id}/section/1")
        with dripping(web.port, UNFINISHED[part], 200):
            time.sleep(1.5)  # the first bytes have to have dripped

            for revision in range(1, 4):
                began = time.monotonic()
                web.visitor().get("/healthz")
                assert time.monotonic() - began < 1
                began = time.monotonic()
                answer = {"question": "greeted", "revision": revision, "answer": {"value": "yes"}}
                saved = auditor.send_json(f"/visits/{visit.id}/answers", {"answers": [answer]}, token)
                assert time.monotonic() - began < 2
                assert "results" in saved


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """The port of a server in this process, with limits of a second or two."""
    app = Flask("slow")

    @app.post("/")
    def count() -> str:
        return str(len(request.get_data()))

    settings = Settings(instance=tmp_path, upload_limit=100_000)
    listener = server.listen("127.0.0.1", 0)
    limits = server.Limits(header=1.0, body=2.0, slowest_body=1000, idle=2.0)
    serving = server.make_server(app, listener, settings, limits)
    over = threading.Event()
    thread = threading.Thread(target=serving.serve_until, args=(over.is_set,))
    thread.start()
    yield int(listener.getsockname()[1])
    over.set()
    thread.join(10)
    assert not thread.is_alive()


def closed_after(one: socket.socket) -> float:
    """Seconds until the server closes the connection."""
    began = time.monotonic()
    one.settimeout(10)
    while one.recv(1000):
        pass
    return time.monotonic() - began


@pytest.mark.parametrize("part", list(UNFINISHED))
def test_a_request_that_comes_too_slowly_is_ended(served: int, part: str) -> None:
    with dripping(served, UNFINISHED[part], 1) as (one,):
        assert 0.5 < closed_after(one) < 8


def test_a_connection_without_a_request_is_ended(served: int) -> None:
    with socket.create_connection(("127.0.0.1", served)) as one:
        assert 1 < closed_after(one) < 6


def test_a_body_that_comes_slowly_but_faster_than_the_limit_arrives(served: int) -> None:
    with socket.create_connection(("127.0.0.1", served)) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 12000\r\n\r\n")
        for _ in range(6):
            one.sendall(b"x" * 2000)
            time.sleep(0.5)
        one.settimeout(10)
        assert one.makefile("rb").read().endswith(b"12000")


def test_a_body_over_the_limit_is_refused_before_it_is_read_and_says_what_to_do(served: int) -> None:
    with socket.create_connection(("127.0.0.1", served)) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 900000000\r\n\r\n")
        one.settimeout(10)
        answer = one.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"Send something smaller" in answer


# ---------- its processes ----------


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    """Whether all of them have ended within so many seconds."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


@one_database
def test_when_only_the_parent_is_killed_its_processes_end_and_the_port_is_free_for_the_next(
    settings: Settings, app: Flask, tmp_path: Path
) -> None:
    with web_process(settings, tmp_path / "web.log") as web:
        children = web.children()
        assert len(children) == settings.web_workers
        os.kill(web.process.pid, signal.SIGKILL)
        web.process.wait()

        following = WebProcess(settings, web.port, tmp_path / "next.log", {})
        try:
            following.wait_until_up()
            assert gone(children, 10)
        finally:
            following.process.terminate()
            following.process.wait(15)


@one_database
def test_a_process_that_is_killed_is_replaced_and_all_end_within_seconds_when_asked_to(
    settings: Settings, app: Flask, tmp_path: Path
) -> None:
    with web_process(settings, tmp_path / "web.log", AUDIT_WEB_WORKERS="1") as web:
        (first,) = web.children()
        first.kill()
        assert gone([first], 10)
        web.wait_until_up()
        (second,) = web.children()
        assert second.pid != first.pid

        os.kill(web.process.pid, signal.SIGTERM)

        assert web.process.wait(10) == 0
        assert gone([second], 1)


@one_database
def test_a_port_that_is_held_is_named_with_the_process_that_holds_it(
    settings: Settings, app: Flask, tmp_path: Path
) -> None:
    holding = "import socket,time; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            port = int(holder.stdout.readline())
            refused = WebProcess(settings, port, tmp_path / "web.log", {})
            assert refused.process.wait(30) == 1
        finally:
            holder.kill()

    assert f"process {holder.pid} holds it" in (tmp_path / "web.log").read_text()
