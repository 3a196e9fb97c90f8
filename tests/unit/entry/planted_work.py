"""Work that goes wrong in all the ways that foreign files make work go wrong; done in a child process."""

from __future__ import annotations

import os
import signal
import time


def add(a: int, b: int) -> int:
    """End well."""
    return a + b


def length(given: bytes) -> int:
    """End well, with whatever it was given."""
    return len(given)


def process_id() -> int:
    """Tell in which process this is."""
    return os.getpid()


def print_and_return(words: str) -> str:
    """Print, as libraries do."""
    print(words, flush=True)  # noqa: T201 -- what is tested
    return words


def refuse(words: str) -> None:
    """Raise what whoever asked understands."""
    raise ValueError(words)


class Odd(Exception):
    """An error that cannot be made again from what it was made of."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def raise_odd() -> None:
    """Raise what cannot be handed over."""
    raise Odd("one", "two")


def turn_round_and_round() -> None:
    """Take time for ever."""
    while True:
        pass


def wait_for_ever() -> None:
    """Take time for ever, and nothing else."""
    time.sleep(3600)


def eat_memory() -> None:
    """Take memory for ever."""
    eaten = []
    while True:
        eaten.append(b"x" * 10_000_000)


def swallow_memory_errors() -> None:
    """Take memory for ever, and take no hint."""
    eaten: list[bytes] = []
    while True:
        try:
            eaten.append(b"x" * 10_000_000)
        except MemoryError:
            continue


def end_process() -> None:
    """End at once, as a library in C does that trips."""
    os.kill(os.getpid(), signal.SIGSEGV)
