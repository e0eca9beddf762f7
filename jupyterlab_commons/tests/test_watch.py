"""F2: changes from outside are noticed, our own are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.files import Files
from jupyterlab_commons.watch import Entry, FileWatch

from .test_files import hash_of


@pytest.fixture
def watch(root: Path, files: Files) -> FileWatch:
    (root / "a.txt").write_text("one")
    watch = FileWatch(files)
    watch.replace([Entry("doc", "a.txt", hash_of("one"))])
    watch.look()
    assert watch.look() == []
    return watch


def test_a_change_is_told_once_it_stands_still(root: Path, watch: FileWatch) -> None:
    (root / "a.txt").write_text("half")
    assert watch.look() == []
    (root / "a.txt").write_text("half and half")
    assert watch.look() == []
    assert watch.look() == [("doc", hash_of("half and half"))]
    assert watch.look() == []


def test_our_own_write_is_not_news(root: Path, files: Files, watch: FileWatch) -> None:
    watch.written("a.txt", files.write("a.txt", "ours", hash_of("one")))
    assert [watch.look() for _ in range(3)] == [[], [], []]
    (root / "a.txt").write_text("theirs")
    watch.look()
    assert watch.look() == [("doc", hash_of("theirs"))]


def test_gone_and_back(root: Path, watch: FileWatch) -> None:
    (root / "a.txt").unlink()
    watch.look()
    assert watch.look() == [("doc", None)]
    (root / "a.txt").write_text("one")
    watch.look()
    assert watch.look() == [("doc", hash_of("one"))]


def test_what_the_companion_does_not_know_yet(root: Path, files: Files) -> None:
    (root / "a.txt").write_text("changed while the link was down")
    watch = FileWatch(files)
    watch.replace([Entry("doc", "a.txt", hash_of("one"))])
    watch.look()
    assert watch.look() == [("doc", hash_of("changed while the link was down"))]


def test_content_is_read_only_when_stat_differs(
    watch: FileWatch, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: str) -> str:
        raise AssertionError("read without need")

    monkeypatch.setattr(files, "hash_of", never)
    assert watch.look() == []


def test_a_touched_file_is_no_news(root: Path, watch: FileWatch) -> None:
    (root / "a.txt").touch()
    assert [watch.look() for _ in range(3)] == [[], [], []]


def test_a_file_that_becomes_a_link_to_elsewhere_is_gone(
    root: Path, watch: FileWatch
) -> None:
    (root / "a.txt").unlink()
    (root / "a.txt").symlink_to("/etc/passwd")
    watch.look()
    assert watch.look() == [("doc", None)]


def test_a_list_replaces_the_one_before(root: Path, watch: FileWatch) -> None:
    watch.replace([])
    assert not watch
    (root / "a.txt").write_text("two")
    assert [watch.look() for _ in range(3)] == [[], [], []]
