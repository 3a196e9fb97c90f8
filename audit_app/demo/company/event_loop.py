"""An event loop in a thread of its own, which can be stopped without leaving anything open."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

log = logging.getLogger(__name__)
_T = TypeVar("_T")
_START_SECONDS = 10


class LoopThread:
    """Runs coroutines for other threads until it is stopped."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.AbstractServer] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this as soon as possible, without waiting for it; its failure is logged."""
        asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(_log_failure)

    def wait_for(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run this and give its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    def closing(self, server: asyncio.AbstractServer) -> None:
        """Close this server when the loop is stopped."""
        self._servers.append(server)

    def stop(self) -> None:
        """Close the servers, cancel what is still running, and end the thread."""
        self.wait_for(self._wind_down())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _wind_down(self) -> None:
        for server in self._servers:
            server.close()
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=1)
        await asyncio.sleep(0.01)  # closed connections let go of their sockets in the loop's next turns


def _log_failure(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.error("The demo company stumbled.", exc_info=error)
