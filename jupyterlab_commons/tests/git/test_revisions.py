"""What reaches git as a revision, a name or a path, and what never does."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git import revisions
from jupyterlab_commons.git.history import History, Query
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.tests.chance import by_chance

from .repos import TestRepo
from .traps import defence

HOSTILE = [
    "--output=x",
    "--exec=id",
    "-n1",
    "HEAD",
    "HEAD^{/x}",
    "main..side",
    ":/x",
    "@{-1}",
    "a" * 39,
    "A" * 40,
    "0" * 40 + "\n",
    "0" * 41,
    "",
    None,
    7,
    ["0" * 40],
]


def refused(read: object, *args: object) -> bool:
    try:
        read(*args)  # type: ignore[operator]
    except CommonsError as refusal:
        return refusal.code == "BAD_REQUEST"
    return False


@defence("whole_hash")
@pytest.mark.parametrize("value", HOSTILE)
def test_only_a_whole_hash_is_a_hash(value: object) -> None:
    assert refused(revisions.whole_hash, value)
    assert revisions.whole_hash("0a" * 20) == "0a" * 20
    assert revisions.whole_hash("0a" * 32) == "0a" * 32


@defence("revision")
@pytest.mark.parametrize("value", HOSTILE)
def test_a_revision_is_a_hash_or_one_of_our_refs(value: object) -> None:
    if value not in ("a" * 39, "0" * 41):
        assert refused(revisions.revision, value, {"main"})
    assert revisions.revision("main", {"main"}) == "main"
    assert revisions.revision("beef", ()) == "beef"


@defence("repo_path")
@pytest.mark.parametrize(
    "value",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        ".git/config",
        "a/.GIT/hooks/x",
        "a\0b",
        "",
        None,
        "raw:%%%",
        "raw:" + base64.b64encode(b"../x").decode(),
        "raw:" + base64.b64encode(b"a\0b").decode(),
        "raw:",
        "x" * 9000,
        "\ud800",
    ],
)
def test_a_path_lies_inside_the_repository(value: object) -> None:
    assert refused(revisions.repo_path, value)


@defence("new_ref_name")
@pytest.mark.parametrize(
    "value",
    [
        "-x",
        "--exec=id",
        "a b",
        "a..b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[b",
        "a\\b",
        "a@{b",
        "@",
        "a//b",
        "/a",
        "a/",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a.",
        "a\n",
        "a\u202eb",
        "\x7f",
        "HEAD",
        "0" * 40,
        "x" * 1025,
        "",
        None,
    ],
)
def test_a_new_ref_has_a_plain_name(value: object) -> None:
    assert refused(revisions.new_ref_name, value)


def test_what_is_accepted_as_a_ref_git_accepts_too() -> None:
    chance = by_chance("names of refs")
    names = {"release/1.2", "ä/ö", "a@b", "x.y-z"}
    letters = "aä/.-@{}~^: [\\*?lock\x01\u2028"
    for _ in range(3000):
        names.add("".join(chance.choices(letters, k=chance.randint(1, 7))))
    # A set alone would be in another order in each process.
    good = [n for n in sorted(names) if not refused(revisions.new_ref_name, n)]
    assert {"release/1.2", "ä/ö", "a@b", "x.y-z"} <= set(good)
    for name in chance.sample(good, min(len(good), 60)):
        check = ["git", "check-ref-format", "--branch", name]
        assert subprocess.run(check, capture_output=True, check=False).returncode == 0


def test_names_and_paths_make_the_round_trip() -> None:
    chance = by_chance("names and paths")
    for _ in range(2000):
        raw = bytes(chance.choices(b"ab\xff\xc3\xa4\n raw:", k=chance.randint(1, 12)))
        if any(part in (b"", b".", b"..") for part in raw.split(b"/")):
            continue
        told = revisions.told_path(raw)
        json.dumps(told).encode("utf-8")
        assert revisions.repo_path(told) == raw


@defence("told_text")
def test_a_text_for_the_page_shows_what_cannot_be_seen() -> None:
    told = revisions.told_text("a\u202eb\u2028c\x1b[31m\nd\u200bé".encode(), 100)
    assert told == "a<202E>b c<001B>[31m d<200B>é"
    assert len(revisions.told_text(("\x01" * 500).encode(), 300)) == 300
    assert revisions.told_text(b"\xff\xfe", 10) == "\ufffd\ufffd"


def cursor(*fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


@pytest.mark.parametrize(
    "hostile",
    [
        cursor(["--output=pwned"], 0, None, "date"),
        cursor(["HEAD"], 0, None, "date"),
        cursor(["0" * 40], -1, None, "date"),
        cursor(["0" * 40], "0 --output=pwned", None, "date"),
        cursor(["0" * 40], 0, "../x", "date"),
        cursor(["0" * 40], 0, None, "--output=pwned"),
        cursor(["0" * 40], 0, None),
        cursor({"a": 1}, 0, None, "date"),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        "%%%",
        "é",
    ],
)
async def test_a_cursor_carries_nothing_but_commits(
    repositories: Repositories, work: TestRepo, hostile: str
) -> None:
    work.commit(files={"f": "1"})
    repo = await repositories.open("work")
    refs = await RefsReader(repositories.runner).read(repo)
    history = History(repositories.runner)
    lines = [e async for e in history.lines(repo, refs, Query(cursor=hostile))]
    assert lines[-1]["error"]["code"] in ("BAD_REQUEST", "GIT_MOVED")
    assert not list(work.top.glob("*pwned*"))


async def test_plain_git_does_write_the_file(work: TestRepo, tmp_path: Path) -> None:
    """What the validators keep out is no invention."""
    work.commit(files={"f": "1"})
    work.git("log", f"--output={tmp_path / 'pwned'}")
    assert (tmp_path / "pwned").exists()
