"""How many pages may stand open at once: as many as there is memory for, and never more than a given number."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024
PAGE = 64 * MEGABYTE
"""What a page is taken to need before it was measured; a light chat needs 31 MB, a shop's page with one often 60."""
RESERVE = 256 * MEGABYTE
"""What is left to the rest of the machine."""
SETTLE_SECONDS = 10.0
"""So long after it was opened, a page is taken not to have all its memory yet."""
LOOK_SECONDS = 1.0
MOST_PAGES = 50
"""Pages lent at once, whatever memory there is."""
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Memory:
    """Bytes that this process may still take, and those that its browsers have taken."""

    left: int
    taken: int


def measure_memory() -> Memory:
    """Measure both. In a container it is the container's limit that counts."""
    container = left_in_container()
    left = psutil.virtual_memory().available
    return Memory(left if container is None else min(left, container), _taken_below())


def _taken_below() -> int:
    """What the processes below this one have for themselves; what they share with each other is not counted."""
    taken = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            size = process.memory_info()
            taken += size.rss - getattr(size, "shared", 0)
    return taken


def left_in_container(process: Path = Path("/proc/self/cgroup"), groups: Path = CGROUPS) -> int | None:
    """Return what the control groups of this process still allow, or None where none of them sets a limit.

    Both kinds are read (Linux, Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst), each from the
    process's own group up; file pages that could be dropped at once count as free, as `docker stats` counts them.
    """
    try:
        lines = process.read_text().splitlines()
    except OSError:
        return None
    left = []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds == "":
            left += _up(groups, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            left += _up(groups / "memory", path, *names)
    return min(left, default=None)


def _up(root: Path, path: str, limit: str, usage: str, droppable: str) -> list[int]:
    """List what is left in a group and in those above it; inside a container its own group is the root."""
    group = root / path.lstrip("/")
    return [
        left
        for folder in (group, *group.parents)
        if folder.is_relative_to(root) and (left := _left(folder, limit, usage, droppable)) is not None
    ]


def _left(folder: Path, limit: str, usage: str, droppable: str) -> int | None:
    try:
        most, used = int((folder / limit).read_text()), int((folder / usage).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no such group here, or “max”: no limit
        return None
    return max(0, most - used + int(stat.get(droppable, 0)))


class Room:
    """Lets pages in one after another, and makes them wait while memory is short. For one event loop.

    Without `measure` (browsers that run elsewhere) only `most` counts.
    """

    def __init__(self, most: int, measure: Callable[[], Memory] | None = measure_memory) -> None:
        self._most, self._measure = most, measure
        self._open = 0
        self._let_in: deque[float] = deque()
        self._measured: tuple[float, Memory] | None = None
        self._door, self._left = asyncio.Lock(), asyncio.Event()

    async def free(self) -> int:
        """Return how many more pages there is room for. One may always be open, or nothing would ever be done."""
        places = self._most - self._open
        if self._measure is not None and places > 0:
            places = min(places, self._by_memory(await self._memory(self._measure)))
        return max(places, 0 if self._open else 1)

    async def _memory(self, measure: Callable[[], Memory]) -> Memory:
        """Measure, but not again within a moment: it means looking at every process of the machine."""
        if self._measured is None or self._measured[0] < time.monotonic() - LOOK_SECONDS:
            self._measured = (time.monotonic(), await asyncio.to_thread(measure))
        return self._measured[1]

    def _by_memory(self, memory: Memory) -> int:
        while self._let_in and self._let_in[0] < time.monotonic() - SETTLE_SECONDS:
            self._let_in.popleft()
        one = max(PAGE, memory.taken // self._open if self._open else 0)
        return (memory.left - RESERVE) // one - len(self._let_in)

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None, None]:
        """Take a place as soon as there is one, first come, first served, and give it back afterwards."""
        async with self._door:
            while await self.free() < 1:
                self._left.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._left.wait()
            self._open += 1
            self._let_in.append(time.monotonic())
        try:
            yield
        finally:
            self._open -= 1
            self._left.set()
