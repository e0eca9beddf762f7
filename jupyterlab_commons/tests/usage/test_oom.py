"""News of the kernel wake whoever waits; where it tells none, nobody waits."""

from __future__ import annotations

import os
import secrets
import select
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jupyterlab_commons.usage.headline import HeadlineReader
from jupyterlab_commons.usage.oom import OomWatch, watch_file

from .trees import Tree

UNIFIED = [Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")]


@pytest.fixture
def group() -> Iterator[Path]:
    """A real group of version 2; any of its files that notify will do."""
    tops = [top for top in UNIFIED if (top / "cgroup.controllers").exists()]
    if not tops:
        pytest.skip("no cgroup of version 2 is mounted here")
    folder = tops[0] / f"commons-test-{secrets.token_hex(4)}"
    try:
        folder.mkdir()
    except OSError as reason:
        pytest.skip(f"no cgroup can be made here: {reason}")
    yield folder
    with suppress(OSError):
        folder.rmdir()


def has_news(watch: OomWatch, milliseconds: int = 0) -> bool:
    poll = select.poll()
    poll.register(watch.fileno(), watch.events)
    return bool(poll.poll(milliseconds))


def test_a_change_of_a_version_2_file_wakes(group: Path) -> None:
    """memory.events tells its news in the same way as cgroup.events."""
    watch = watch_file(group / "cgroup.events")
    assert watch is not None
    assert not has_news(watch)
    for frozen in ("1", "0"):
        (group / "cgroup.freeze").write_text(frozen)
        assert has_news(watch, 10_000)
        assert watch.drain()
        assert not has_news(watch)
    watch.close()


def test_a_group_that_is_gone_says_so_instead_of_waking_for_ever(group: Path) -> None:
    watch = watch_file(group / "cgroup.events")
    assert watch is not None
    group.rmdir()
    assert not watch.drain()
    watch.close()
    watch.close()
    assert watch_file(group / "cgroup.events") is None


def test_no_watch_without_a_group_or_without_the_right(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    assert HeadlineReader(tree.machine, {}).oom_watch() is None
    tree.mount1("memory", root="/box")
    tree.is_in("4:memory:/box")
    tree.group1("/")
    before = len(os.listdir("/proc/self/fd"))
    reader = HeadlineReader(tree.machine, {})
    assert reader.oom_watch() is None
    # What was opened in vain is closed again.
    reader.close()
    assert len(os.listdir("/proc/self/fd")) == before
