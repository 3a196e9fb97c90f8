"""A line between a worker and a server of the company that kills the worker at a chosen word."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536


class FatalLine:
    """Passes everything on until the worker says `word`; with `answered`, until the server has answered that.

    What is fatal is not passed on: the server never hears the word, or the worker never the answer. It is so once.
    """

    def __init__(self, server_port: int, word: bytes, kill: Callable[[], object], *, answered: bool) -> None:
        self._server_port, self._word, self._kill, self._answered = server_port, word, kill, answered
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve)]
        self._killed = False
        self.port: int = self._listener.getsockname()[1]

    def open(self) -> None:
        """Begin to take connections."""
        self._threads[0].start()

    def close(self) -> None:
        """Take no more, and wait for the connections to end; whoever holds one has to be gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                taken = threading.Thread(target=self._pass_on, args=(self._listener.accept()[0],))
                self._threads.append(taken)
                taken.start()

    def _pass_on(self, worker: socket.socket) -> None:
        asked = b""
        with (
            worker,
            socket.create_connection(("127.0.0.1", self._server_port)) as server,
            selectors.DefaultSelector() as ready,
            suppress(OSError),
        ):
            ready.register(worker, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, worker)
            while True:
                for key, _ in ready.select():
                    speaker, other = key.fileobj, key.data
                    if not isinstance(speaker, socket.socket) or not (chunk := speaker.recv(CHUNK)):
                        return
                    asked += chunk if speaker is worker else b""
                    if self._is_fatal(asked, by_server=speaker is server):
                        return
                    other.sendall(chunk)

    def _is_fatal(self, asked: bytes, *, by_server: bool) -> bool:
        if self._killed or self._word not in asked or by_server is not self._answered:
            return False
        self._killed = True
        self._kill()
        return True


@contextmanager
def fatal_line(
    server_port: int, word: bytes, kill: Callable[[], object], *, answered: bool
) -> Iterator[FatalLine]:
    """Open a line to a server on this machine."""
    line = FatalLine(server_port, word, kill, answered=answered)
    line.open()
    try:
        yield line
    finally:
        line.close()
