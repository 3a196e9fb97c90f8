"""The HTTP server: waitress, which takes a request whole before a thread looks at it, with limits of time.

A parent holds the listening socket and keeps so many child processes alive that serve on it. A child ends by itself
within a second or two when its parent is gone, so that nothing holds the port after a crash.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import RequestEntityTooLarge

from audit_app.config import Settings

THREADS = 8
"""Threads of each process; they only ever hold requests that are complete."""
CONNECTIONS = 1000
"""Connections that one process holds open; further ones wait to be accepted."""
DRAIN_SECONDS = 5.0
"""How long requests that were begun may take after the news to stop."""
QUICK_DEATH_SECONDS = 5.0
MOST_QUICK_DEATHS = 5
SPARE_FILES = 100
MEGABYTE = 1024 * 1024

log = logging.getLogger("audit_app.web")


@dataclass(frozen=True, slots=True)
class Limits:
    """How slow a sender may be, in seconds; `slowest_body` in bytes a second."""

    header: float = 20.0
    """From the first byte of a request to the end of its header."""
    body: float = 30.0
    slowest_body: int = 1000
    """What a body has to bring a second after its first `body` seconds; a photo on a bad line brings ten times that."""
    idle: float = 75.0
    """How long a connection without a request is kept: longer than proxies keep theirs."""


class TimedRequest(HTTPRequestParser):
    """A request that is on its way in, and knows since when."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take what came; returns how many bytes of it belong to this request."""
        taken: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error.body = "This is too large. Send something smaller. Nothing was changed."
        return taken

    def is_overdue(self, limits: Limits) -> bool:
        """Whether it has taken longer than an honest sender needs."""
        taken = time.monotonic() - self.began
        if not self.headers_finished:
            return taken > limits.header
        received: int = self.body_bytes_received
        return taken > limits.body + received / limits.slowest_body


class Channel(HTTPChannel):
    """One connection."""

    parser_class = TimedRequest

    @property
    def is_busy(self) -> bool:
        """Whether a request of it is being answered or its answer is on its way out."""
        return bool(self.requests or self.total_outbufs_len)


class Server(TcpWSGIServer):
    """Serves one application on a socket that is listening already."""

    channel_class = Channel
    limits = Limits()

    def maintenance(self, now: float) -> None:
        """Close connections that are idle, and those whose request comes too slowly. Runs every second."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.request is not None and channel.request.is_overdue(self.limits):
                channel.will_close = True

    def serve_until(self, is_over: Callable[[], bool]) -> None:
        """Serve until `is_over`, then answer what was begun, for at most `DRAIN_SECONDS`."""
        while not is_over():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._map, count=1)
        self.accepting = False
        self.socket.close()
        self.del_channel()
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline and any(one.is_busy for one in self.active_channels.values()):
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._map, count=1)
        self.task_dispatcher.shutdown(timeout=0.5)
        wasyncore.close_all(self._map)


def make_server(
    app: Flask, listener: socket.socket, settings: Settings, limits: Limits | None = None
) -> Server:
    """The server for `app` on the socket `listener`, with all limits."""
    limits = limits or Limits()
    server = Server(
        app,
        _sock=listener,
        bind_socket=False,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        adj=Adjustments(
            sockets=[listener],
            threads=THREADS,
            connection_limit=_connections(),
            asyncore_use_poll=True,
            channel_timeout=limits.idle,
            cleanup_interval=1,
            max_request_body_size=settings.upload_limit + MEGABYTE,
            max_request_header_size=32 * 1024,
            # An answer of any of our pages fits, so that a slow reader costs no thread either.
            outbuf_high_watermark=2 * settings.upload_limit + MEGABYTE,
            # The application believes what proxies say, as far as AUDIT_PROXIES tells it to.
            clear_untrusted_proxy_headers=False,
            ident="",
        ),
    )
    server.limits = limits
    return server


def _connections() -> int:
    """As many as the system lets this process hold open, at most `CONNECTIONS`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - SPARE_FILES)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `port` of `host`; raises OSError."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def serve(settings: Settings, listener: socket.socket, make_app: Callable[[], Flask]) -> int:
    """Keep `settings.web_workers` processes serving until SIGTERM or SIGINT; returns the exit code."""
    logging.basicConfig(level=settings.log_level, stream=sys.stderr)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    awaited = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    children: dict[int, float] = {}
    quick_deaths = 0
    log.info("Listening at http://%s:%s", *listener.getsockname()[:2])
    while quick_deaths < MOST_QUICK_DEATHS:
        while len(children) < settings.web_workers:
            children[_fork(settings, listener, make_app)] = time.monotonic()
        if signal.sigwait(awaited) != signal.SIGCHLD:
            break
        for pid in _ended(children):
            lived = time.monotonic() - children.pop(pid)
            quick_deaths = quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
            log.error("Web process %s ended by itself; another one takes its place.", pid)
    listener.close()
    _end(children)
    return int(quick_deaths >= MOST_QUICK_DEATHS)


def _ended(children: dict[int, float]) -> list[int]:
    return [pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]]


def _end(children: dict[int, float]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + DRAIN_SECONDS + 2
    while children and time.monotonic() < deadline:
        for pid in _ended(children):
            del children[pid]
        time.sleep(0.02)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(settings: Settings, listener: socket.socket, make_app: Callable[[], Flask]) -> int:
    parent, pid = os.getpid(), os.fork()
    if pid:
        return pid
    code = 1
    try:
        _serve_here(settings, listener, make_app, parent)
        code = 0
    except Exception:
        log.exception("A web process failed")
    finally:
        logging.shutdown()
        os._exit(code)


def _serve_here(
    settings: Settings, listener: socket.socket, make_app: Callable[[], Flask], parent: int
) -> None:
    stopping: list[Any] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    # Ctrl-C reaches the whole group; the parent passes it on in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    server = make_server(make_app(), listener, settings)
    server.serve_until(lambda: bool(stopping) or os.getppid() != parent)
