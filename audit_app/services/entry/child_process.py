"""Work on what others made (mail, pictures, spreadsheets), done in a child process with limits of time and memory.

Whatever a file makes our rules or a library do, no more than the process that works on it ends. Beside it waits one
that has imported all that is needed and touches no file: it forks the next at once, for to import takes a second.
Works on Linux and macOS.
"""

from __future__ import annotations

import atexit
import importlib
import mmap
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import IO, Any, NamedTuple, NoReturn, ParamSpec, TypeVar

import psutil

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

KEPT = 2
"""Children for one sort of work that wait for the next; more are started while more is done at once."""
MOST_WORKS = 2_000
"""After so many a child is replaced, since memory that was in pieces is not given back."""
STARTS_WITHIN = 60.0
"""Seconds that a child may take beyond the limit to start and to read its work, on a busy machine."""
LOOK_SECONDS = 0.25
"""Between two looks at a child's memory: macOS knows no limit of address space."""
HEADER = struct.Struct(">QQdQ")
"""Before what is sent: its length in bytes, the number of the work, and its limits in seconds and bytes."""
NUMBER = struct.Struct(">Q")
OUT_OF_MEMORY, OUT_OF_STEP = 77, 78
"""The exit codes of a process without memory for its work, and of one that had none to read it to the end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one piece of work may take."""

    seconds: float = 10.0
    megabytes: int = 512

    @property
    def bytes(self) -> int:
        """The memory in bytes."""
        return self.megabytes * 1024**2


class ChildFailed(Exception):
    """The child did not finish its work; the message says why, and goes on from "it …"."""


class TimedOut(ChildFailed):
    """The work took longer than its limit."""


class TooLarge(ChildFailed):
    """The work needed more memory than its limit."""


class Crashed(ChildFailed):
    """The child ended in the middle of the work, or raised what cannot be handed over."""


class NotStarted(Exception):
    """No child could be had: the machine has no room for one more process. Nothing is said about the work."""


def run(
    limits: Limits,
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Call `function`, one at the top of a module, in a child, with arguments that can be pickled.

    Returns what it returns and raises what it raises. Raises TimedOut, TooLarge or Crashed where it does not finish,
    NotStarted where it never began.
    """
    work, module = pickle.dumps((function, args, kwargs)), function.__module__
    child = _borrow(module)
    while True:
        fresh = child.works == 0
        try:
            raised, result = child.do(work, limits)
        except ChildFailed as failed:
            # What an earlier work left behind must not decide on this one.
            if fresh or isinstance(failed, TimedOut):
                _give_back(child)
                raise
            child = child if child.usable else _Child(module)
        except BaseException:
            child.kill()
            raise
        else:
            _give_back(child)
            if raised:
                raise result
            value: Result = result
            return value


class _Child:
    """A process that works, and the one beside it that forks it; `works` counts from the last fork."""

    def __init__(self, module: str) -> None:
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from audit_app.services.entry.child_process import serve; serve({module!r})"
        )
        # A session of its own: what the terminal sends to us is not meant for it. It ends when its input does.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise NotStarted(f"No process for it could be started: {error.strerror}") from error
        self.module, self.works, self.usable = module, 0, True
        self._number = 0

    def do(self, work: bytes, limits: Limits) -> tuple[bool, Any]:
        """Send the work and wait: whether it raised something, and that or the result."""
        self.works += 1
        self._number += 1
        try:
            _write(self._pipe(self._process.stdin), work, self._number, limits)
            packed = self._answer(limits)
        except (OSError, EOFError):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
            code = self._process.returncode
            self.kill()
            raise _failure(code if code is not None else 1, limits) from None
        answer: tuple[bool, Any] | int = pickle.loads(packed)  # noqa: S301 -- of a process of our own
        if isinstance(answer, int):
            self.works = 0
            raise _failure(answer, limits)
        return answer

    def _answer(self, limits: Limits) -> bytearray:
        """What comes back for the last work; nothing that is late for one before it."""
        while True:
            self._wait(limits)
            header, packed = _read(self._pipe(self._process.stdout))
            if header.number == self._number:
                return packed

    def kill(self) -> None:
        """End both processes at once."""
        self.usable = False
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Let them end by closing their input."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError:  # what could not be written any more to a child that is dead
                continue
        self._process.wait()

    def _wait(self, limits: Limits) -> None:
        """Wait for the first byte of the answer, and see meanwhile that the child stays within its memory."""
        until = time.monotonic() + limits.seconds + STARTS_WITHIN
        process, answers = psutil.Process(self._process.pid), self._pipe(self._process.stdout).fileno()
        while not wait([answers], LOOK_SECONDS):
            if time.monotonic() > until:
                self.kill()
                raise _timed_out(limits)
            if _most_held(process) > limits.bytes:
                self.kill()
                raise _too_large(limits)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 -- tells the type checker what Popen was asked for
        return pipe


def _most_held(process: psutil.Process) -> int:
    try:
        return max(each.memory_info().rss for each in (process, *process.children()))
    except psutil.Error:
        return 0


def _failure(code: int, limits: Limits) -> ChildFailed:
    if code == -signal.SIGALRM:
        return _timed_out(limits)
    if code in (OUT_OF_MEMORY, OUT_OF_STEP):
        return _too_large(limits)
    return Crashed(f"ended its process (code {code})")


def _timed_out(limits: Limits) -> TimedOut:
    return TimedOut(f"took longer than {limits.seconds:g} seconds")


def _too_large(limits: Limits) -> TooLarge:
    return TooLarge(f"needed more than {limits.megabytes} MB of memory")


_idle: dict[str, list[_Child]] = {}
_lock = threading.Lock()


def _borrow(module: str) -> _Child:
    with _lock:
        if idle := _idle.get(module):
            return idle.pop()
    return _Child(module)


def _give_back(child: _Child) -> None:
    if not child.usable:
        return
    with _lock:
        idle = _idle.setdefault(child.module, [])
        if len(idle) < KEPT and child.works < MOST_WORKS:
            idle.append(child)
            return
    child.end()


def end_children() -> None:
    """End the children that wait for work; they end with this process anyway."""
    with _lock:
        children = [child for idle in _idle.values() for child in idle]
        _idle.clear()
    for child in children:
        child.end()


def _forget() -> None:
    """After a fork: the children are the parent's."""
    _idle.clear()


atexit.register(end_children)
os.register_at_fork(after_in_child=_forget)


# --- what runs in the child ------------------------------------------------------------------------------------


def serve(module: str) -> None:
    """Import `module`, and fork a process that works, again and again when one dies; ends when the input does."""
    source, answers = os.fdopen(0, "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    with suppress(ImportError):  # then the process that works says so
        importlib.import_module(module)
    at_work = mmap.mmap(-1, NUMBER.size)
    while True:
        if (worker := os.fork()) == 0:
            _work(source, answers, at_work)
        code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        (number,) = NUMBER.unpack(at_work[:])
        if (
            not number
        ):  # in the middle of reading, perhaps: nobody knows what of the next work is left to be read
            sys.exit(code)
        _write(answers, pickle.dumps(code), number)
        at_work[:] = NUMBER.pack(0)


def _work(source: IO[bytes], answers: IO[bytes], at_work: mmap.mmap) -> NoReturn:
    """Do one work after the other, its number in `at_work`; the alarm ends the process in whatever it is doing."""
    try:
        while True:
            header, work = _read(source, limited=True)
            at_work[:] = NUMBER.pack(header.number)
            _write(answers, _do_one(work, header.seconds), header.number)
            at_work[:] = NUMBER.pack(0)
    except EOFError:
        os._exit(0)
    except MemoryError:
        os._exit(OUT_OF_STEP)
    except BaseException:  # what the function raises is handled; this is the pipe, or a `sys.exit`
        os._exit(1)


def _do_one(work: bytearray, seconds: float) -> bytes:
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        function, args, kwargs = pickle.loads(work)  # noqa: S301 -- from the process that started us
        packed = pickle.dumps(_answer(lambda: function(*args, **kwargs)))
        signal.setitimer(signal.ITIMER_REAL, 0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    return packed


def _answer(work: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return False, work()
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, it is for whoever asked
        return True, _handed_over(error)


def _handed_over(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    except Exception:  # some exceptions cannot be pickled, or not be made from what was
        return Crashed(f"raised {type(error).__name__}: {str(error)[:200]}")
    return error


class _Header(NamedTuple):
    length: int
    number: int
    seconds: float
    most: int


def _write(pipe: IO[bytes], packed: bytes, number: int, limits: Limits | None = None) -> None:
    seconds, most = (limits.seconds, limits.bytes) if limits else (0.0, 0)
    pipe.write(HEADER.pack(len(packed), number, seconds, most))
    pipe.write(packed)
    pipe.flush()


def _read(pipe: IO[bytes], *, limited: bool = False) -> tuple[_Header, bytearray]:
    """Read what was written; `limited` sets the limit of memory before all but the header is read."""
    header = _Header(*HEADER.unpack(_read_all(pipe, HEADER.size)))
    if limited:
        _limit_memory(header.most)
    return header, _read_all(pipe, header.length)


def _read_all(pipe: IO[bytes], length: int) -> bytearray:
    """Read so many bytes; raises EOFError where there are fewer."""
    read, so_far = bytearray(length), 0
    while so_far < length:
        count = pipe.readinto(memoryview(read)[so_far:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        so_far += count
    return read


def _limit_memory(most: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ValueError, OSError):  # macOS: whoever started us looks at our memory instead
        return
