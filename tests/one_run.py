"""One run of the tests, of several processes: what they share, and what must not outlive them."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

RUN = "TEST_RUN"
"""The environment variable that marks every process of a run; whatever a test starts inherits it."""
ENDING_SECONDS = 10.0
BOUND_TO_US = ("multiprocessing.forkserver", "multiprocessing.resource_tracker")
"""What Python starts beside a process and ends with it."""


def begin() -> None:
    """Mark this process, and with it all that it will start, as belonging to a new run."""
    os.environ[RUN] = uuid.uuid4().hex


def folder() -> Path:
    """Where the processes of the run share files.

    Not in pytest's own folder, of which other runs keep only the newest few.
    """
    path = Path(tempfile.gettempdir()) / f"audit-tests-{os.environ[RUN]}"
    path.mkdir(exist_ok=True)
    return path


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process of the run at a time into the block."""
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(name: str, make: Callable[[Path], object]) -> Path:
    """Make the shared folder `name` if no process of the run has, and return it."""
    path = folder() / name
    with locked(name):
        if not path.exists():
            part = path.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(path)
    return path


_endings: list[Callable[[], object]] = []


def at_end(ending: Callable[[], object]) -> None:
    """Call `ending` when this process has run its last test: for what several tests share."""
    _endings.append(ending)


def end_process() -> None:
    """End what the tests of this process have shared, the newest first."""
    while _endings:
        _endings.pop()()


def end() -> list[str]:
    """Remove what was shared and end what outlived the run; return a line about each such process."""
    _stop_postgres()
    left = _still_running()
    lines = [_line(process) for process in left]
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    shutil.rmtree(folder(), ignore_errors=True)
    return lines


def _stop_postgres() -> None:
    """End the server that the processes shared, as its own `pg_ctl stop -m fast` would."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        server = psutil.Process(
            int((folder() / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        )
        server.send_signal(2)
        server.wait(ENDING_SECONDS)


def _still_running() -> list[psutil.Process]:
    deadline = time.monotonic() + ENDING_SECONDS
    while (found := list(_of_this_run())) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _of_this_run() -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and _is_of_this_run(process):
                yield process


def _is_of_this_run(process: psutil.Process) -> bool:
    command = " ".join(process.cmdline())
    return process.environ().get(RUN) == os.environ[RUN] and not any(name in command for name in BOUND_TO_US)


def _line(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"{process.pid} {' '.join(process.cmdline())[:200]}"
    return str(process.pid)
