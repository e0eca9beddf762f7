"""A server that ended without a word is told of by the next one, once."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.usage.last_breath import LastBreath, Life, this_life
from jupyterlab_commons.usage.losses import Losses
from jupyterlab_commons.usage.shapes import Incident, Machine

from .fakes import GIB, LOG, WALL, kernel_row, sample

FIXTURES = Path(__file__).parents[3] / "protocol" / "fixtures"
MACHINE = Machine()
SECONDS = 30
BUSY = sample(
    memory={"used": 3 * GIB, "limit": 4 * GIB, "peak": 3 * GIB},
    consumers={"k": kernel_row("a.ipynb", 2 * GIB), "s": kernel_row("b.ipynb", GIB)},
)


def breath(folder: Path, name: str = "port 8888", *, alone: bool = False) -> LastBreath:
    return LastBreath(folder, name, alone=alone, log=LOG)


def written(breath: LastBreath) -> None:
    assert breath._thread is not None
    breath._thread.join(SECONDS)
    assert not breath._thread.is_alive()


def look_back(
    breath: LastBreath, life: Life, at: int = WALL + 60_000
) -> tuple[str | None, Incident | None]:
    found: list[tuple[str | None, Incident | None]] = []
    breath.look_back(MACHINE, life, at, lambda *heard: found.append(heard))
    written(breath)
    (heard,) = found
    return heard


@pytest.fixture
def life() -> Life:
    return this_life(MACHINE, "now")


@pytest.fixture
def gone() -> Life:
    """A process that has been here and is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    machine = this_life(MACHINE, "").machine
    return Life("before", child.pid, 12345, machine)


def test_what_was_known_last_is_told_by_the_next_life(
    tmp_path: Path, life: Life, gone: Life
) -> None:
    before = breath(tmp_path)
    before.breathe(0, gone, BUSY)
    written(before)
    boot, incident = look_back(breath(tmp_path), life)
    assert boot == "before"
    assert incident == {
        "at": WALL,
        "kind": "server-lost",
        "used": 3 * GIB,
        "limit": 4 * GIB,
        "peak": 3 * GIB,
        "largest": [
            {
                "name": "a.ipynb",
                "path": "work/a.ipynb",
                "memory": 2 * GIB,
                "peak": 2 * GIB,
            },
            {"name": "b.ipynb", "path": "work/b.ipynb", "memory": GIB, "peak": GIB},
        ],
    }


def test_the_file_is_for_its_owner_alone(tmp_path: Path, life: Life) -> None:
    old = os.umask(0)
    try:
        one = breath(tmp_path / "new")
        one.breathe(0, life, BUSY)
        written(one)
    finally:
        os.umask(old)
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_server_that_said_its_end_has_lost_nothing(
    tmp_path: Path, life: Life, gone: Life
) -> None:
    before = breath(tmp_path)
    before.breathe(0, gone, BUSY)
    written(before)
    before.end(gone, BUSY)
    assert look_back(breath(tmp_path), life) == ("before", None)


@pytest.mark.parametrize("alone", [False, True])
def test_a_server_that_still_runs_is_not_lost_and_its_file_is_left_alone(
    tmp_path: Path, life: Life, *, alone: bool
) -> None:
    running = replace(this_life(MACHINE, "other"), pid=os.getppid())
    stat_file = (Path("/proc") / str(os.getppid()) / "stat").read_bytes()
    started = int(stat_file.rpartition(b")")[2].split()[19])
    other = breath(tmp_path)
    other.breathe(0, replace(running, started=started), BUSY)
    written(other)
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    second = breath(tmp_path, alone=alone)
    assert look_back(second, life) == (None, None)
    second.breathe(0, life, BUSY)
    second.end(life, BUSY)
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("change", "alone", "lost"),
    [
        # A new process that got the number of the old one: as in a new container.
        ({"pid": os.getpid()}, False, True),
        ({"machine": "another"}, True, True),
        # Perhaps it goes on, on another machine that shares this home.
        ({"machine": "another"}, False, False),
        ({"boot": "now"}, True, False),
    ],
)
def test_lost_is_only_who_is_really_gone(
    tmp_path: Path, life: Life, gone: Life, change: Any, *, alone: bool, lost: bool
) -> None:
    before = breath(tmp_path, alone=alone)
    before.breathe(0, replace(gone, **change), BUSY)
    written(before)
    _, incident = look_back(breath(tmp_path, alone=alone), life)
    assert (incident is not None) == lost


@pytest.mark.parametrize("at", [WALL + 24 * 3600 * 1000 + 1, WALL - 1])
def test_what_is_old_or_not_yet_is_not_told(
    tmp_path: Path, life: Life, gone: Life, at: int
) -> None:
    before = breath(tmp_path)
    before.breathe(0, gone, BUSY)
    written(before)
    assert look_back(breath(tmp_path), life, at)[1] is None


def test_servers_of_other_names_do_not_mix(
    tmp_path: Path, life: Life, gone: Life
) -> None:
    before = breath(tmp_path, "hub ada/big")
    before.breathe(0, gone, BUSY)
    written(before)
    assert look_back(breath(tmp_path, "hub ada/"), life) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b"x" * 100_000,
        b'{"boot":1}',
        b'{"boot":"b","pid":-1,"at":1,"machine":"m"}',
        b'{"boot":"b","pid":1,"at":1e300,"machine":"m"}',
        b'{"boot":"b","pid":1,"at":1,"machine":"m","memory":{"used":"much"}}',
        b'{"boot":"b","pid":1,"at":1,"machine":"m","consumers":[{"name":1}]}',
    ],
)
def test_a_file_that_makes_no_sense_is_one_line_in_the_log(
    tmp_path: Path, life: Life, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    one = breath(tmp_path)
    one._file.write_bytes(text)
    assert look_back(one, life) == (None, None)
    assert len(caplog.records) == 1
    one.breathe(0, life, BUSY)
    written(one)
    assert json.loads(one._file.read_text())["boot"] == "now"


def test_it_is_written_rarely_and_only_when_it_says_anything_new(
    tmp_path: Path, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = []
    one = breath(tmp_path)
    now = 0
    monkeypatch.setattr(one, "_start", lambda text: times.append(now))
    for now in range(2000):
        one.breathe(now, life, BUSY)
    assert times == [0, 600, 1200, 1800]
    times.clear()
    for now in range(2000, 2100):
        used = GIB + (now - 2000) * GIB // 10
        one.breathe(now, life, sample(memory={"used": used}))
    assert times == list(range(2000, 2100, 10))


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    one = breath(tmp_path / "file")
    for now in (0, 700, 1400):
        one.breathe(now, life, BUSY)
        written(one)
    assert len(caplog.records) == 1


def test_a_disk_that_was_full_at_the_end_makes_no_loss_of_it(
    tmp_path: Path, life: Life, gone: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    before = breath(tmp_path)
    before.breathe(0, gone, BUSY)
    written(before)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        before.breathe(700, gone, BUSY)
        written(before)
        # As long as it runs, the old figures are better than none.
        assert look_back(breath(tmp_path), life)[0] == "before"
        before.end(gone, BUSY)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_was_full_for_a_while_is_written_again(
    tmp_path: Path, life: Life, gone: Life
) -> None:
    one = breath(tmp_path / "file")
    (tmp_path / "file").touch()
    one.breathe(0, gone, BUSY)
    written(one)
    (tmp_path / "file").unlink()
    one.breathe(700, gone, BUSY)
    written(one)
    assert look_back(breath(tmp_path / "file"), life)[0] == "before"


def test_a_process_that_nobody_has_waited_for_has_ended(
    tmp_path: Path, life: Life
) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    raw = (Path("/proc") / str(child.pid) / "stat").read_bytes()
    started = int(raw.rpartition(b")")[2].split()[19])
    before = breath(tmp_path)
    before.breathe(0, replace(life, boot="b", pid=child.pid, started=started), BUSY)
    written(before)
    assert look_back(breath(tmp_path), life)[1] is not None
    child.wait()


def test_a_disk_that_hangs_holds_up_nobody(
    tmp_path: Path, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    one = breath(tmp_path)
    monkeypatch.setattr(one, "_write", lambda text: go.wait(SECONDS))
    monkeypatch.setattr("jupyterlab_commons.usage.last_breath.STOP_SECONDS", 0.01)
    one.breathe(0, life, BUSY)
    hung = one._thread
    one.breathe(700, life, BUSY)
    one.end(life, BUSY)
    assert one._thread is hung
    go.set()
    written(one)


def lost(boot: str = "5f8d2c") -> Any:
    example = json.loads((FIXTURES / "link-before.json").read_text("utf8"))["lost"]
    example["sample"]["boot"] = boot
    return example


def test_the_companion_tells_the_same() -> None:
    losses = Losses("now")
    losses.looked_back(None, None)
    losses.told(lost())
    (incident,) = losses.take()
    assert (incident["kind"], incident["at"]) == ("server-lost", 1795257123000)
    assert incident["largest"][0]["path"] == "work/analysis.ipynb"
    assert losses.take() == []


@pytest.mark.parametrize("file_first", [True, False])
def test_a_loss_that_both_tell_of_is_one(*, file_first: bool) -> None:
    losses = Losses("now")
    incident: Incident = {"at": 1, "kind": "server-lost", "largest": []}
    if file_first:
        losses.looked_back("5f8d2c", incident)
        losses.told(lost())
    else:
        losses.told(lost())
        losses.told(lost())
        losses.looked_back("5f8d2c", incident)
    assert len(losses.take()) == 1
    losses.told(lost())
    assert losses.take() == []


def test_a_life_that_ended_well_without_reaching_the_companion_is_not_lost() -> None:
    losses = Losses("now")
    losses.told(lost())
    losses.looked_back("5f8d2c", None)
    losses.told(lost())
    assert losses.take() == []


def test_this_life_is_not_lost() -> None:
    losses = Losses("5f8d2c")
    losses.looked_back(None, None)
    losses.told(lost())
    assert losses.take() == []


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"heardAt": -1},
        {"heardAt": 1, "sample": []},
        {"heardAt": 1, "sample": {"boot": "x" * 65}},
        {"heardAt": "x", "sample": {"boot": "x"}},
        {"heardAt": 1, "sample": {"boot": "x", "consumers": {}}},
        {"heardAt": 1, "sample": {"boot": "x", "memory": {"used": 1.5}}},
    ],
)
def test_nonsense_is_refused(nonsense: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Losses("now").told(nonsense)


def test_names_from_outside_are_printable_and_short() -> None:
    told = lost()
    told["sample"]["consumers"][0]["name"] = "\x1b[2J" + "\N{PILE OF POO}" * 400
    losses = Losses("now")
    losses.looked_back(None, None)
    losses.told(told)
    name = losses.take()[0]["largest"][0]["name"]
    assert "\x1b" not in name
    assert len(name.encode("utf-16-le")) // 2 <= 255
