"""The one way out of a probe's browser: a proxy that looks at every request, and connects only where it may go.

Each context of a browser has a gate of its own, so that what was refused is known by the probe that asked. A name is
resolved here, once, and the connection goes to the address that was looked at: what DNS says later changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from ipaddress import ip_address
from types import TracebackType
from urllib.parse import urlsplit

from probes.browser.reach import Address, Allowed

NO_OTHER_WAY_OUT = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
)
"""Chromium asks no name server itself and speaks no UDP: all it does goes through the gate."""
CONNECT_SECONDS = 20.0
HEAD_SECONDS = 30.0
LONGEST_HEAD = 65_536
"""Bytes of a request's or an answer's head."""
CHUNK = 65_536
"""Bytes that are passed on at a time."""
MOST_REFUSALS = 100
"""Hosts that are kept by name."""
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate"}
)
INTERIM = range(100, 200)
SWITCHING = 101
"""The one interim status after which another protocol follows (RFC 9110, 15.2.2)."""


class Refused(Exception):
    """A host that may not be reached; the text is its name."""


class Gate:
    """A proxy on a port of this machine, for one browser context; an async context manager. For one event loop."""

    def __init__(self, allowed: Callable[[], Allowed]) -> None:
        self._allowed = allowed
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._pinned: dict[tuple[str, int], tuple[Address, ...]] = {}
        self.refused: dict[str, None] = {}
        """Hosts that were asked for and refused, in the order of asking, at most MOST_REFUSALS."""
        self.unreached: dict[str, str] = {}
        """Why hosts could not be reached, in words for people: the browser sees only a line that ends."""
        self.refusals = 0
        """How often anything was refused."""

    async def __aenter__(self) -> Gate:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def address(self) -> str:
        """What a browser is told."""
        assert self._server is not None  # noqa: S101 -- for the type checker: it is entered first
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- for the type checker: a connection is served by a task
        self._connections.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, Refused, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the browser sees a connection that ends without an answer, and so does the page
        except asyncio.CancelledError:
            pass  # the gate is being closed, and the server that began this task asks only for other ends
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        if method == "CONNECT":
            there, upstream = await self._connect(*_host_and_port(f"//{target}", 443))
            try:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _first_to_end(_copy(reader, upstream), _copy(there, writer))
            finally:
                upstream.close()
        else:
            await self._forward(head, target, reader, writer)

    async def _forward(
        self, head: bytes, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on one request and its answer. Each has a connection of its own: the next may be for another host."""
        parts = urlsplit(target)
        if parts.scheme not in ("http", "ws"):
            raise Refused(target)
        there, upstream = await self._connect(*_host_and_port(target, 80))
        try:
            method = head.split(b" ", 1)[0].decode("latin-1")
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            upstream.write(_rewritten(head, f"{method} {path} HTTP/1.1"))
            # A browser that gives up closes its side, and whoever still computes an answer is told so.
            await _first_to_end(_copy(reader, upstream), _answer_back(there, writer))
        finally:
            upstream.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address of a host that may be reached and answers. Raises Refused and OSError."""
        try:
            addresses = await self._resolve(host, port)
        except socket.gaierror:
            self._note_unreached(host, "there is no host of this name")
            raise
        allowed = self._allowed()
        if not all(allowed.reaches(host, address) for address in addresses):
            self.refusals += 1
            if len(self.refused) < MOST_REFUSALS:
                self.refused[host] = None
            raise Refused(host)
        failure = OSError(f"{host} has no address")
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(str(address), port, limit=LONGEST_HEAD)
            except OSError as error:  # a time-out too
                failure = error
        self._note_unreached(host, "nothing answers at this address")
        raise failure

    def _note_unreached(self, host: str, why: str) -> None:
        if len(self.unreached) < MOST_REFUSALS:
            self.unreached[host] = why

    async def _resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Look a name up once for the life of this gate. All ways of writing an address (0x7f.1, 2130706433) are read here."""
        if (host, port) not in self._pinned:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = dict.fromkeys(
                ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found
            )
            self._pinned[host, port] = tuple(addresses)
        return self._pinned[host, port]


def _host_and_port(target: str, usual: int) -> tuple[str, int]:
    parts = urlsplit(target)
    if not parts.hostname:
        raise Refused(target)
    return parts.hostname, parts.port or usual


def _rewritten(head: bytes, first_line: str) -> bytes:
    """Write a head anew with another first line, for a connection that ends after this one exchange.

    A connection that becomes another protocol (a WebSocket) keeps what it says of that.
    """
    lines = head.rstrip(b"\r\n").split(b"\r\n")[1:]
    named = [(line.partition(b":")[0].decode("latin-1").strip().casefold(), line) for line in lines]
    upgrades = any(name == "upgrade" for name, _ in named)
    kept = [line for name, line in named if name not in HOP_BY_HOP]
    ending = b"Connection: Upgrade" if upgrades else b"Connection: close"
    return b"\r\n".join([first_line.encode("latin-1"), *kept, ending, b"", b""])


async def _answer_back(there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on an answer, and the interim ones before it (RFC 9110, 15.2)."""
    while True:
        head = await there.readuntil(b"\r\n\r\n")
        first_line = head.split(b"\r\n", 1)[0].decode("latin-1")
        status = int(first_line.split(" ", 2)[1])
        interim = status in INTERIM and status != SWITCHING
        writer.write(head if interim else _rewritten(head, first_line))
        await writer.drain()
        if not interim:
            await _copy(there, writer)
            return


async def _first_to_end(*ways: Coroutine[object, object, None]) -> None:
    """Pass on in both directions until one of them ends, and end the other."""
    both = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in both:
            each.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(CHUNK):
        target.write(piece)
        await target.drain()
