"""The disk: by command, by file system, by scan; and never by waiting."""

from __future__ import annotations

import os
import select
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyterlab_commons.usage import disk, disk_place
from jupyterlab_commons.usage.disk import DiskReader
from jupyterlab_commons.usage.disk_place import Place
from jupyterlab_commons.usage.shapes import DiskUse, Machine

from .trees import GIB, Tree

MOUNT = "40 1 {} {} {} rw - {} /dev/sdb1 rw"
# Generous: what is waited for comes in milliseconds.
CEILING_SECONDS = 60


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A reader with a clock, and the file system as the test says it is."""

    def __init__(self, root: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tree = Tree(root)
        self.home = home
        self.clock = Clock()
        self.place = Place(own=False, source="/dev/sda1", used=5 * GIB, free=GIB)
        self._readers: list[DiskReader] = []
        monkeypatch.setattr(disk, "look", lambda machine, folder: self.place)

    def reader(self, command: str = "") -> DiskReader:
        environ = {**os.environ, "COMMONS_DISK_COMMAND": command}
        reader = DiskReader(self.home, environ, self.tree.machine, self.clock)
        self._readers.append(reader)
        return reader

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    desk = Desk(tmp_path / "machine", home, monkeypatch)
    yield desk
    desk.close()


def until(
    reader: DiskReader, good: Callable[[DiskUse | None, tuple[str, ...]], bool]
) -> tuple[DiskUse, tuple[str, ...]]:
    """Asks again and again, as the sampler does."""
    for _ in range(CEILING_SECONDS * 100):
        use, problems = reader.read(7)
        if good(use, problems):
            return use or {}, problems
        select.select([], [], [], 0.01)
    pytest.fail(f"it did not come to be: {reader.read(7)}")


def by(kind: str) -> Callable[[DiskUse | None, tuple[str, ...]], bool]:
    return lambda use, problems: use is not None and use["by"] == kind


def printing(text: str, code: int = 0, after: str = "") -> str:
    """A command that prints it, does what comes after, and ends with the code."""
    script = f"import sys\nprint({text!r}, flush=True)\n{after}\nsys.exit({code})"
    return shlex.join([sys.executable, "-c", script])


def telling_and_hanging(file: Path) -> str:
    """Writes who it is, and stays."""
    tell = f"open({str(file)!r}, 'w').write(str(os.getpid()))"
    return f"import os, signal\n{tell}\nsignal.pause()"


def test_the_first_answer_may_take_a_moment_and_none_is_made_up(desk: Desk) -> None:
    desk.place = Place(own=True, source="x", used=3, free=4)
    use, _ = until(desk.reader(), by("volume"))
    assert use == {"used": 3, "limit": 7, "free": 4, "by": "volume", "measuredAt": 7}


def test_the_admins_command_comes_first(desk: Desk) -> None:
    desk.place = Place(own=True, source="x", used=3, free=10**6)
    reader = desk.reader(printing("home of ada\n 1000 5000 \n"))
    use, problems = until(reader, by("quota"))
    assert (use["used"], use["limit"]) == (1000, 5000)
    assert use["free"] == 4000
    assert problems == ()


def test_a_quota_that_is_exceeded_ends_with_a_failure_and_counts(desk: Desk) -> None:
    table = (
        "Disk quotas for user ada (uid 1000): \n"
        "     Filesystem  blocks   quota   limit   grace   files   quota   limit\n"
        "      /dev/sda1  2000*    1500    3000   6days    10       0       0\n"
    )
    use, _ = until(desk.reader(printing(table, 1)), by("quota"))
    assert (use["used"], use["limit"]) == (2000 * 1024, 3000 * 1024)


def test_no_more_is_free_than_the_file_system_has(desk: Desk) -> None:
    desk.place = Place(own=False, source="x", used=3, free=10)
    use, _ = until(
        desk.reader(printing("1000 5000")),
        lambda use, _: use is not None and use["by"] == "quota" and use["free"] == 10,
    )
    assert use["limit"] == 5000


@pytest.mark.parametrize(
    "command",
    [
        printing("no numbers here"),
        printing("", 1),
        printing("1 2 3\n-1 5\n1.5 2"),
        "/nowhere/quota -w",
        "quota 'unfinished",
        "'' x",
        "a\0b",
    ],
)
def test_a_command_that_fails_is_named_and_the_file_system_is_shown(
    desk: Desk, command: str
) -> None:
    desk.place = Place(own=True, source="x", used=3, free=4)
    _, problems = until(
        desk.reader(command),
        lambda use, problems: problems != () and use is not None,
    )
    assert problems == ("DISK_COMMAND_FAILED",)


def test_a_command_that_hangs_is_ended_and_asked_again_later(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    reader = desk.reader(printing("1 2", after=telling_and_hanging(file)))
    until(reader, lambda *_: file.exists() and file.read_text() != "")
    desk.clock.now += 9
    assert "DISK_COMMAND_FAILED" not in reader.read(7)[1]
    desk.clock.now += 2
    assert "DISK_COMMAND_FAILED" in reader.read(7)[1]
    pid = file.read_text()
    until(reader, lambda *_: not Path("/proc", pid).exists())
    file.unlink()
    desk.clock.now += 60
    until(reader, lambda *_: file.exists())


def test_a_command_that_prints_for_ever_is_late_as_well(desk: Desk) -> None:
    reader = desk.reader("yes 1")
    reader.read(7)
    desk.clock.now += 11
    until(reader, lambda _, problems: "DISK_COMMAND_FAILED" in problems)


def test_an_answer_after_a_failure_is_good_again(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "answer"
    reader = desk.reader(f"cat {file}")
    until(reader, lambda _, problems: "DISK_COMMAND_FAILED" in problems)
    file.write_text("1 2\n")
    desk.clock.now += 61
    assert until(reader, by("quota"))[1] == ()


def test_a_home_on_the_machines_disk_is_scanned_a_minute_after_the_start(
    desk: Desk,
) -> None:
    (desk.home / "data").mkdir()
    (desk.home / "data" / "x").write_bytes(bytes(100_000))
    reader = desk.reader()
    use, _ = until(reader, by("machine"))
    assert use == {"free": GIB, "by": "machine", "measuredAt": 7}
    desk.clock.now += 59
    assert "scanning" not in (reader.read(7)[0] or {})
    desk.clock.now += 2
    assert (reader.read(7)[0] or {})["scanning"]
    use, problems = until(reader, by("scan"))
    assert 100_000 <= use["used"] < 200_000
    assert use["free"] == GIB
    assert use["folders"][0]["name"] == "data"
    assert (use["measuredAt"], use["foldersAt"]) == (7, 7)
    assert "scanning" not in use
    assert problems == ()
    # Not again within the hour.
    desk.clock.now += 3500
    assert "scanning" not in (reader.read(7)[0] or {})
    desk.clock.now += 200
    assert (reader.read(7)[0] or {})["scanning"]


def test_folders_are_measured_when_asked_for_whatever_the_use_comes_from(
    desk: Desk,
) -> None:
    desk.place = Place(own=True, source="x", used=3, free=4)
    (desk.home / ".cache").mkdir()
    reader = desk.reader()
    until(reader, by("volume"))
    reader.scan()
    reader.scan()
    assert (reader.read(7)[0] or {})["scanning"]
    use, _ = until(reader, lambda use, _: use is not None and "folders" in use)
    assert [folder["name"] for folder in use["folders"]] == [".cache"]
    assert use["used"] == 3


def test_a_home_that_cannot_be_scanned_says_so(desk: Desk) -> None:
    reader = desk.reader()
    until(reader, by("machine"))
    desk.home.rmdir()
    reader.scan()
    use, problems = until(reader, lambda _, problems: problems != ())
    assert problems == ("DISK_UNREADABLE",)
    assert use["by"] == "machine"


def test_a_file_system_that_hangs_holds_nobody_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, entered = threading.Event(), threading.Event()

    def hang(machine: Machine, home: Path) -> Place:
        entered.set()
        release.wait(CEILING_SECONDS)
        return desk.place

    reader = desk.reader()
    until(reader, by("machine"))
    monkeypatch.setattr(disk, "look", hang)
    desk.clock.now += 31
    assert reader.read(8)[1] == ()
    assert entered.wait(CEILING_SECONDS)
    desk.clock.now += 61
    use, problems = reader.read(9)
    assert problems == ("DISK_UNREADABLE",)
    assert use is not None
    assert use["measuredAt"] == 7
    release.set()
    until(reader, lambda _, problems: problems == ())


def test_a_home_that_is_gone_is_absent_and_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "look", disk_place.look)
    desk.home.rmdir()
    use, problems = until(desk.reader(), lambda _, problems: problems != ())
    assert (use, problems) == ({}, ("DISK_UNREADABLE",))


def test_closing_ends_what_was_started(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    reader = desk.reader(printing("", after=telling_and_hanging(file)))
    until(reader, lambda *_: file.exists() and file.read_text() != "")
    reader.scan()
    reader.close()
    assert not Path("/proc", file.read_text()).exists()
    reader.scan()
    assert "scanning" not in (reader.read(7)[0] or {})


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        # A container: `/` is an overlay, the home a volume of its own.
        ([("0:50", "/", "/", "overlay"), ("8:1", "/", "{home}", "ext4")], True),
        ([("0:50", "/", "/", "overlay"), ("0:60", "/", "{home}", "nfs4")], True),
        # A folder of the machine's disk, bound here.
        ([("0:50", "/", "/", "overlay"), ("8:1", "/vols/1", "{home}", "ext4")], False),
        ([("0:50", "/", "/", "overlay"), ("0:51", "/", "{home}", "tmpfs")], False),
        ([("8:1", "/", "/", "ext4")], False),
        ([("8:1", "/", "/", "ext4"), ("8:1", "/", "{home}", "ext4")], False),
        # All homes on one disk: others are beside this one.
        ([("8:1", "/", "/", "ext4"), ("8:2", "/", "{parent}", "ext4")], False),
        # The later mount hides the earlier one.
        (
            [
                ("8:1", "/", "/", "ext4"),
                ("8:2", "/", "{home}", "ext4"),
                ("0:9", "/", "{home}", "tmpfs"),
            ],
            False,
        ),
        ([], False),
    ],
)
def test_a_file_system_is_the_homes_own(
    tmp_path: Path, lines: list[tuple[str, str, str, str]], *, own: bool
) -> None:
    home = tmp_path / "homes" / "ada"
    home.mkdir(parents=True)
    (home.parent / "bob").mkdir()
    machine = Machine(tmp_path / "machine")
    text = "".join(
        MOUNT.format(device, root, point.format(home=home, parent=home.parent), kind)
        + "\n"
        for device, root, point, kind in lines
    )
    (machine.proc / "self").mkdir(parents=True)
    (machine.proc / "self" / "mountinfo").write_text(text)
    place = disk_place.look(machine, home)
    assert place.own == own
    figures = os.statvfs(home)
    assert place.free == pytest.approx(figures.f_bavail * figures.f_frsize, rel=0.1)


def test_a_disk_for_homes_with_one_home_is_its_own(tmp_path: Path) -> None:
    home = tmp_path / "homes" / "ada"
    home.mkdir(parents=True)
    (home.parent / "lost+found").mkdir()
    tree = Tree(tmp_path / "machine")
    tree.mount(MOUNT.format("8:2", "/", home.parent, "ext4"))
    assert disk_place.look(tree.machine, home).own
