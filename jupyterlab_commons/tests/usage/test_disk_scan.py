"""The sum of a home, as a process of its own finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.usage import disk_scan
from jupyterlab_commons.usage.disk import _name, _scanned

KIB = 1024


def scan(folder: Path) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "jupyterlab_commons.usage.disk_scan", str(folder)],
        capture_output=True,
        check=True,
        cwd="/",
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def sizes(folder: Path) -> dict[str, int]:
    return {entry["name"]: entry["bytes"] for entry in scan(folder)["folders"]}


def test_sums_are_those_of_du(tmp_path: Path) -> None:
    for number in range(30):
        deep = tmp_path / f"d{number}" / "a" / "b"
        deep.mkdir(parents=True)
        (deep / "file").write_bytes(bytes(number * 3000))
    (tmp_path / "top").write_bytes(bytes(5000))
    du = subprocess.run(
        ["du", "-s", "-B1", str(tmp_path)], capture_output=True, check=True, text=True
    )
    answer = scan(tmp_path)
    assert answer["bytes"] == int(du.stdout.split()[0])
    assert len(answer["folders"]) == 20
    found = [folder["bytes"] for folder in answer["folders"]]
    assert found == sorted(found, reverse=True)
    assert "d0" not in [folder["name"] for folder in answer["folders"]]


def test_hidden_folders_count_and_links_do_not(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    (home / ".cache").mkdir(parents=True)
    outside.mkdir()
    (outside / "big").write_bytes(bytes(10_000 * KIB))
    (home / ".cache" / "x").write_bytes(bytes(100 * KIB))
    (home / "link").symlink_to(outside)
    (home / ".cache" / "loop").symlink_to(home)
    found = scan(home)
    assert found["bytes"] < 1000 * KIB
    assert [entry["name"] for entry in found["folders"]] == [".cache"]


def test_a_file_with_several_names_counts_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "x").write_bytes(bytes(1000 * KIB))
    os.link(tmp_path / "a" / "x", tmp_path / "b" / "y")
    assert sum(sizes(tmp_path).values()) < 1500 * KIB


def test_holes_in_files_do_not_count(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10**9)
    assert scan(tmp_path)["bytes"] < 1000 * KIB


def test_another_file_system_is_left_out(tmp_path: Path) -> None:
    """Mounts cannot be made everywhere; /dev has several."""
    others = [
        entry.name
        for entry in os.scandir("/dev")
        if entry.is_dir(follow_symlinks=False)
        and entry.stat(follow_symlinks=False).st_dev != os.stat("/dev").st_dev
    ]
    if not others:
        pytest.skip("no file system is mounted below /dev here")
    assert not set(others) & set(sizes(Path("/dev")))


def test_hostile_names_become_printable_and_short(tmp_path: Path) -> None:
    raw = (
        os.fsencode(tmp_path)
        + b"/a\xff\n\x1b[31m"
        + "\N{RIGHT-TO-LEFT OVERRIDE}".encode()
    )
    os.mkdir(raw)
    long = tmp_path / ("\N{GRINNING FACE}" * 60)
    long.mkdir()
    scanned = _scanned(json.dumps(scan(tmp_path)).encode(), 5)
    assert scanned is not None
    for folder in scanned.folders:
        assert folder["name"].isprintable()
        assert len(folder["name"].encode("utf-16-le")) <= 510
    assert len(_name("\N{GRINNING FACE}" * 255).encode("utf-16-le")) <= 510


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"bytes": 1}',
        b'{"bytes": "x", "folders": []}',
        b'{"bytes": 1, "folders": [{"name": 1}]}',
        b'{"bytes": 1, "folders": 3}',
        b'{"bytes": 1, "folders": [7]}',
        b'{"bytes": 1e400, "folders": []}',
    ],
)
def test_an_answer_that_is_none_is_none(output: bytes) -> None:
    assert _scanned(output, 5) is None


def test_a_scan_that_takes_too_long_gives_no_half_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(disk_scan, "_step_back", lambda: None)
    monkeypatch.setattr(disk_scan, "SCAN_SECONDS", -1)
    monkeypatch.setattr(disk_scan, "_ENTRIES_A_LOOK", 1)
    (tmp_path / "x").touch()
    assert disk_scan.main(str(tmp_path)) == 1
    assert capsys.readouterr().out == ""


def test_it_stands_behind_everything_else() -> None:
    code = (
        "import os; from jupyterlab_commons.usage import disk_scan as d;"
        "d._step_back(); print(os.nice(0), os.system('ionice -p %d' % os.getpid()))"
    )
    ended = subprocess.run(
        [sys.executable, "-u", "-c", code], capture_output=True, text=True, check=True
    )
    assert "19 " in ended.stdout
    if ended.stdout.strip().endswith(" 0"):
        assert "idle" in ended.stdout
