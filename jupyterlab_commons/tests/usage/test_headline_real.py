"""The truth, told by a real cgroup that really holds a process."""

from __future__ import annotations

import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jupyterlab_commons.usage.headline import HeadlineReader
from jupyterlab_commons.usage.shapes import Machine, MemoryUse

from .trees import GIB, MIB

TOP = Path("/sys/fs/cgroup")
# Generous: what is waited for comes in milliseconds.
CEILING_SECONDS = 60

CHILD = """
import os, sys
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class Child:
    """A process that does what it is told, a line of Python at a time."""

    def __init__(self, groups: list[Path]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for group in groups:
            (group / "cgroup.procs").write_text(str(self.process.pid))
        self.do("pass")

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def do(self, line: str) -> None:
        self.tell(line)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> None:
        self.process.kill()
        with self.process:
            self.process.wait(CEILING_SECONDS)


@contextmanager
def real_group(*controllers: str) -> Iterator[list[Path]]:
    name = f"commons-test-{secrets.token_hex(4)}"
    made: list[Path] = []
    try:
        for controller in controllers:
            folder = TOP / controller / name
            if not (TOP / controller / "tasks").exists():
                pytest.skip(f"no {controller} cgroup of version 1 is mounted here")
            try:
                folder.mkdir()
            except OSError as reason:
                pytest.skip(f"no {controller} cgroup can be made here: {reason}")
            made.append(folder)
        yield made
    finally:
        for folder in made:
            remove(folder)


def remove(folder: Path) -> None:
    """The kernel may take a moment to let the last process go."""
    end = time.monotonic() + CEILING_SECONDS
    while folder.exists():
        with suppress(OSError):
            folder.rmdir()
        assert time.monotonic() < end, f"{folder} is not let go"
        os.sched_yield()


@pytest.fixture
def group() -> Iterator[Path]:
    with real_group("memory") as made:
        yield made[0]


@pytest.fixture
def child(group: Path) -> Iterator[Child]:
    child = Child([group])
    yield child
    child.end()


@pytest.fixture
def reader(child: Child) -> Iterator[HeadlineReader]:
    reader = HeadlineReader(Machine(), {}, child.process.pid)
    yield reader
    reader.close()


def memory(reader: HeadlineReader) -> MemoryUse:
    headline = reader.read(time.monotonic())
    assert headline.where == "cgroup1"
    assert headline.problems == ()
    return headline.memory


def test_the_limit_is_the_groups_and_no_longer_the_machines(
    group: Path, reader: HeadlineReader
) -> None:
    assert "limit" not in memory(reader)
    for limit in (512 * MIB, 256 * MIB):
        (group / "memory.limit_in_bytes").write_text(str(limit))
        shown = memory(reader)
        assert (shown["limit"], shown["limitBy"]) == (limit, "cgroup")
        assert shown["total"] > limit


def test_the_limit_of_a_group_above_counts(child: Child, group: Path) -> None:
    (group / "memory.limit_in_bytes").write_text(str(384 * MIB))
    inner = group / "inner"
    inner.mkdir()
    try:
        (inner / "memory.limit_in_bytes").write_text(str(GIB))
        (inner / "cgroup.procs").write_text(str(child.process.pid))
        reader = HeadlineReader(Machine(), {}, child.process.pid)
        assert memory(reader)["limit"] == 384 * MIB
        assert not reader.read(time.monotonic()).own
        reader.close()
    finally:
        child.end()
        remove(inner)


def test_512_mib_in_tmpfs_are_shared_and_used(
    child: Child, reader: HeadlineReader
) -> None:
    """No process has them mapped, and yet they fill the container."""
    before = memory(reader)
    file = Path("/dev/shm") / f"commons-test-{secrets.token_hex(4)}"
    if not file.parent.is_dir():
        pytest.skip("there is no /dev/shm here")
    try:
        child.do(f"f = open({str(file)!r}, 'wb'); f.write(bytes({512 * MIB}))")
        child.do("f.flush()")
        after = memory(reader)
        assert 512 * MIB <= after["shared"] - before["shared"] < 544 * MIB
        assert 512 * MIB <= after["used"] - before["used"] < 544 * MIB
        assert after["cache"] - before["cache"] < 32 * MIB
    finally:
        file.unlink(missing_ok=True)
    child.do("f.close()")
    assert memory(reader)["shared"] - before["shared"] < 32 * MIB


def test_256_mib_of_a_file_are_cache_and_not_used(
    child: Child, reader: HeadlineReader, tmp_path: Path
) -> None:
    kind = subprocess.run(
        ["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True
    ).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        pytest.skip("the folder for tests is not on a disk")
    before = memory(reader)
    file = str(tmp_path / "large")
    child.do(
        f"f = open({file!r}, 'wb'); [f.write(bytes({MIB})) for _ in range(256)];"
        " f.flush(); os.fsync(f.fileno())"
    )
    after = memory(reader)
    assert 240 * MIB <= after["cache"] - before["cache"] < 288 * MIB
    assert after["used"] - before["used"] < 32 * MIB
    assert after["peak"] - before["peak"] < 64 * MIB


def test_memory_is_seen_to_come_and_go_and_the_peak_stays(
    child: Child, reader: HeadlineReader
) -> None:
    before = memory(reader)
    child.do(f"held = b'x' * {128 * MIB}")
    held = reader.read(time.monotonic())
    assert held.memory["used"] - before["used"] >= 120 * MIB
    assert held.anonymous is not None
    assert held.anonymous >= 120 * MIB
    # Comes and goes between two looks.
    child.do(f"del held; held = b'x' * {256 * MIB}; del held")
    after = memory(reader)
    assert after["used"] - before["used"] < 64 * MIB
    assert after["peak"] - before["used"] >= 240 * MIB


def test_a_process_killed_for_memory_wakes_the_watch_and_is_counted(
    group: Path, child: Child, reader: HeadlineReader
) -> None:
    (group / "memory.limit_in_bytes").write_text(str(64 * MIB))
    (group / "memory.swappiness").write_text("0")
    watch = reader.oom_watch()
    assert watch is not None
    poll = select.poll()
    poll.register(watch.fileno(), watch.events)
    assert poll.poll(0) == []
    assert memory(reader)["oomKills"] == 0
    child.tell("held = [b'x' * 1048576 for _ in range(4096)]")
    assert poll.poll(CEILING_SECONDS * 1000)
    assert watch.drain()
    assert child.process.wait(CEILING_SECONDS) == -9
    assert memory(reader)["oomKills"] >= 1
    watch.close()


def test_a_group_that_is_removed_leaves_no_figures_and_ends_the_watch() -> None:
    with real_group("memory") as made:
        child = Child(made)
        reader = HeadlineReader(Machine(), {}, child.process.pid)
        watch = reader.oom_watch()
        assert memory(reader)["used"] > 0
        child.end()
        remove(made.pop())
        headline = reader.read(time.monotonic())
        assert "used" not in headline.memory
        assert "MEMORY_UNREADABLE" in headline.problems
        assert watch is not None
        assert not watch.drain()
        watch.close()
        reader.close()


def test_a_cpu_quota_is_shown_and_held_and_throttles() -> None:
    with real_group("memory", "cpu", "cpuacct") as made:
        (made[1] / "cpu.cfs_quota_us").write_text("20000")
        child = Child(made)
        reader = HeadlineReader(Machine(), {}, child.process.pid)
        try:
            start = reader.read(time.monotonic())
            assert (start.cpu["limit"], start.cpu["limitBy"]) == (0.2, "cgroup")
            child.do(
                "import time; end = time.process_time() + 0.3;"
                " any(time.process_time() > end for _ in iter(int, 1))"
            )
            headline = reader.read(time.monotonic())
            assert headline.cpu["throttled"] > 0
            # It cannot have more than its quota, a period more or less.
            assert 0 < headline.cpu["used"] < 0.4
            assert start.cpu_seconds is not None
            assert headline.cpu_seconds is not None
            assert headline.cpu_seconds - start.cpu_seconds >= 0.29
        finally:
            child.end()
            reader.close()
