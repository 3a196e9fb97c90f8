"""Work with limits: whatever goes wrong with it, whoever asked hears what, in time, and the next work is done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from audit_app.services.entry.child_process import ChildFailed, Crashed, Limits, TimedOut, TooLarge, run
from tests.unit.entry import planted_work as work

LIMITS = Limits(seconds=60, megabytes=200)
"""For work that ends by itself: how long that takes depends on what else the machine does."""
PATIENCE = 60.0
"""Seconds; far longer than anything takes, so that a busy machine fails no test."""


def test_a_function_is_called_with_its_arguments_in_another_process() -> None:
    assert run(LIMITS, work.add, 1, b=2) == 3
    assert run(LIMITS, work.length, b"x" * 5_000_000) == 5_000_000
    assert run(LIMITS, work.process_id) != os.getpid()


def test_the_same_process_does_one_work_after_the_other() -> None:
    assert run(LIMITS, work.process_id) == run(LIMITS, work.process_id)


def test_what_a_library_prints_is_no_answer() -> None:
    assert run(LIMITS, work.print_and_return, "Hello") == "Hello"


def test_what_the_function_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="two sheets"):
        run(LIMITS, work.refuse, "two sheets")
    with pytest.raises(Crashed, match="raised Odd: one two"):
        run(LIMITS, work.raise_odd)


@pytest.mark.parametrize(
    ("function", "failure", "words"),
    [
        (work.turn_round_and_round, TimedOut, r"took longer than 0\.5 seconds"),
        (work.wait_for_ever, TimedOut, r"took longer than 0\.5 seconds"),
        (work.eat_memory, TooLarge, "needed more than 200 MB of memory"),
        (work.swallow_memory_errors, ChildFailed, "longer|memory"),
        (work.end_process, Crashed, "ended its process"),
    ],
)
def test_work_beyond_its_limits_ends_in_time_and_the_next_work_is_done(
    function: Callable[[], None], failure: type[ChildFailed], words: str
) -> None:
    run(LIMITS, work.add, 1, 2)
    with pytest.raises(failure, match=words):
        run(Limits(seconds=5 if function is work.eat_memory else 0.5, megabytes=200), function)
    assert run(LIMITS, work.add, 3, 4) == 7


def test_what_does_not_fit_into_the_memory_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TooLarge):
        run(LIMITS, work.length, b"x" * 250_000_000)
    assert run(LIMITS, work.length, b"") == 0


def test_a_child_that_somebody_ended_is_replaced() -> None:
    for number in range(5):
        os.kill(run(LIMITS, work.process_id), signal.SIGKILL)
        assert [run(LIMITS, work.add, number, each) for each in range(3)] == [number, number + 1, number + 2]


def test_works_that_come_at_once_do_not_get_one_anothers_answers() -> None:
    with ThreadPoolExecutor(8) as threads:
        sums = list(threads.map(lambda number: run(LIMITS, work.add, number, number), range(50)))
    assert sums == [2 * number for number in range(50)]


def test_children_end_with_the_process_that_started_them_even_when_that_is_killed() -> None:
    program = (
        "from audit_app.services.entry.child_process import Limits, run\n"
        "from tests.unit.entry import planted_work as work\n"
        "print(run(Limits(), work.process_id), flush=True)\n"
        "run(Limits(seconds=1), work.turn_round_and_round)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + PATIENCE
    while _lives(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.05)


def _lives(process_id: int) -> bool:
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
