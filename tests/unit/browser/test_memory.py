"""How many pages stand open at once: what memory allows, counted as a container counts it, and first come, first served."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from probes.browser.memory import MEGABYTE, PAGE, RESERVE, Memory, Room, left_in_container, measure_memory


def machine(left: int, taken: int = 0) -> Memory:
    return Memory(RESERVE + left * MEGABYTE, taken * MEGABYTE)


@pytest.mark.parametrize(("left", "places"), [(10_000, 8), (200, 3), (60, 1), (-500, 1)])
def test_there_is_room_for_what_memory_allows_but_always_for_one_and_never_for_more_than_was_set(
    left: int, places: int
) -> None:
    assert asyncio.run(Room(8, lambda: machine(left)).free()) == places


def test_browsers_that_run_elsewhere_are_limited_by_number_alone() -> None:
    assert asyncio.run(Room(8, None).free()) == 8


def test_pages_are_taken_to_need_what_the_open_ones_need_and_the_newest_are_still_growing() -> None:
    async def free() -> int:
        room = Room(50, lambda: machine(1000, taken=200))
        async with room.place(), room.place():
            return await room.free()

    # 1000 MB for pages of 100 MB each, less those two that were let in a moment ago.
    assert asyncio.run(free()) == 8


def test_who_finds_no_room_waits_until_somebody_leaves_in_the_order_of_coming() -> None:
    came: list[str] = []

    async def stay(room: Room, name: str) -> None:
        async with room.place():
            came.append(name)
            await asyncio.sleep(0.01)

    async def run() -> None:
        room = Room(50, lambda: machine(-100))
        await asyncio.gather(*(stay(room, name) for name in "abc"))
        assert await room.free() == 1

    asyncio.run(run())
    assert came == ["a", "b", "c"]


def test_who_gives_up_waiting_takes_no_place() -> None:
    async def run() -> int:
        room = Room(1, None)
        async with room.place():
            waiting = asyncio.create_task(room.place().__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        return await room.free()

    assert asyncio.run(run()) == 1


def control_group(folder: Path, most: str, used: int, droppable: int, version: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = (
        ("memory.max", "memory.current")
        if version == 2
        else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    )
    (folder / names[0]).write_text(f"{most}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(
        f"anon 5\n{'' if version == 2 else 'total_'}inactive_file {droppable}\n"
    )


def test_the_tightest_limit_of_all_groups_above_a_process_counts(tmp_path: Path) -> None:
    (tmp_path / "process").write_text("0::/kubepods/pod/box\n")
    control_group(tmp_path / "groups/kubepods/pod/box", "max", 10, 0, 2)
    control_group(tmp_path / "groups/kubepods/pod", str(1000 * MEGABYTE), 900 * MEGABYTE, 300 * MEGABYTE, 2)
    control_group(tmp_path / "groups/kubepods", str(9000 * MEGABYTE), 900 * MEGABYTE, 0, 2)

    assert left_in_container(tmp_path / "process", tmp_path / "groups") == 400 * MEGABYTE


def test_older_control_groups_are_read_too_and_inside_a_container_its_own_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "process").write_text("8:pids:/\n4:memory:/docker/0123\n0::/\n")
    control_group(tmp_path / "groups/memory", str(500 * MEGABYTE), 200 * MEGABYTE, 0, 1)

    assert left_in_container(tmp_path / "process", tmp_path / "groups") == 300 * MEGABYTE


@pytest.mark.parametrize("lines", [None, "0::/\n"])
def test_without_a_limit_there_is_none(tmp_path: Path, lines: str | None) -> None:
    if lines:
        (tmp_path / "process").write_text(lines)
    assert left_in_container(tmp_path / "process", tmp_path / "groups") is None


def test_this_machine_can_be_measured() -> None:
    memory = measure_memory()
    assert memory.left > PAGE
    assert memory.taken >= 0
