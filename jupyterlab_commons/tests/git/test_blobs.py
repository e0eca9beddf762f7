"""Versions to look at: whole files, single cells, and hostile JSON."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.contents import told_blob, whole_cell
from jupyterlab_commons.git.diff import compare
from jupyterlab_commons.git.notebooks import TooManyError, dump, read_notebook
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Version, Versions

from .notebooks import cell, notebook, stream
from .repos import TestRepo


@pytest.fixture
async def versions(runner: GitRunner) -> AsyncIterator[Versions]:
    objects = Objects(runner)
    yield Versions(runner, objects)
    await objects.close()


def version(data: str | bytes, path: bytes = b"a.ipynb") -> Version:
    raw = data.encode() if isinstance(data, str) else data
    return Version(path, "file", len(raw), raw)


async def test_a_version_is_answered_in_its_own_format(
    versions: Versions, repositories: Repositories, work: TestRepo
) -> None:
    whole = notebook(cell("a", "i", stream("1")))
    head = work.commit(
        files={"d/a.ipynb": whole, "a.txt": "x\r\n\xe4", "p.png": b"\0\1\2"}
    )
    (work.top / "d/a.ipynb").unlink()
    repo = await repositories.open("work")

    async def blob(name: str, path: bytes) -> dict[str, Any]:
        return told_blob(await versions.read(repo, name, path), name)

    as_json = await blob(head, b"d/a.ipynb")
    assert (as_json["format"], as_json["content"]) == ("json", json.loads(whole))
    assert as_json["bytes"] == len(whole)
    as_text = await blob(head, b"a.txt")
    assert (as_text["format"], as_text["content"]) == ("text", "x\r\n\xe4")
    binary = await blob(":worktree", b"p.png")
    assert base64.b64decode(binary["content"]) == b"\0\1\2"
    assert (await blob(":index", b"d/a.ipynb"))["format"] == "json"
    found = await versions.read(repo, head, b"d/a.ipynb")
    assert whole_cell(found, 0)["cell"]["outputs"] == [stream("1")]
    with pytest.raises(CommonsError) as refused:
        whole_cell(found, 1)
    assert refused.value.code == "GIT_NOT_FOUND"
    for name, path in ((head, b"d"), (head, b"a.txt/x"), (":worktree", b"d/a.ipynb")):
        with pytest.raises(CommonsError) as refused:
            await blob(name, path)
        assert refused.value.code == "GIT_NOT_FOUND"
    with pytest.raises(CommonsError) as refused:
        await blob("0" * 40, b"a.txt")
    assert refused.value.code == "GIT_NOT_FOUND"


async def test_the_staged_version_is_the_one_of_this_moment(
    versions: Versions, repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a.txt": "0"})
    repo = await repositories.open("work")
    for content in ("1", "2", "3"):
        work.write("a.txt", content)
        work.git("add", "a.txt")
        assert (await versions.read(repo, ":index", b"a.txt")).text == content


async def test_nothing_on_the_disk_leads_out_of_the_repository(
    versions: Versions, repositories: Repositories, work: TestRepo, root: Path
) -> None:
    (root / "secret").mkdir()
    (root / "secret/a.txt").write_text("secret")
    work.commit(files={"b": "1"})
    (work.top / "folder").symlink_to(root / "secret")
    (work.top / "link").symlink_to(root / "secret/a.txt")
    repo = await repositories.open("work")
    through = await versions.read(repo, ":worktree", b"folder/a.txt")
    assert through.kind == "absent"
    link = await versions.read(repo, ":worktree", b"link")
    assert (link.kind, link.data) == ("link", os.fsencode(root / "secret/a.txt"))
    os.mkfifo(work.top / "pipe")
    with pytest.raises(CommonsError) as refused:
        await versions.read(repo, ":worktree", b"pipe")
    assert refused.value.code == "GIT_REFUSED"


async def test_a_conflict_shows_the_own_side(
    versions: Versions, repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "base\n"})
    work.git("checkout", "-q", "-b", "side")
    work.commit(files={"a": "theirs\n"})
    work.git("checkout", "-q", "main")
    work.commit(files={"a": "ours\n"})
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    with pytest.raises(RuntimeError):
        work.git(*name, "merge", "-q", "side")
    repo = await repositories.open("work")
    assert (await versions.read(repo, ":index", b"a")).text == "ours\n"


async def test_the_last_commits_of_a_shallow_clone_have_no_parent(
    versions: Versions, repositories: Repositories, work: TestRepo, root: Path
) -> None:
    work.commit(files={"a": "1"})
    head = work.commit(files={"a": "2"})
    work.git("clone", "-q", "--depth=1", f"file://{work.top}", str(root / "shallow"))
    shallow = await repositories.open("shallow")
    assert await versions.parents(shallow, head) == []
    assert len(await versions.parents(await repositories.open("work"), head)) == 1


DEEP = (
    '{"cells":[],"nbformat":4,"metadata":{"a":' + "[" * 400_000 + "]" * 400_000 + "}}"
)


def nested(depth: int) -> str:
    """So deep that comparing needs more of the stack than reading did."""
    output = '{"a":' * depth + "1" + "}" * depth
    cells = '{"cell_type":"code","source":"","outputs":[' + output + "]}"
    return '{"nbformat":4,"cells":[' + cells + "]}"


HOSTILE = {
    "deep": DEEP,
    "just deep enough": nested(600),
    "digits": '{"cells":[{"source":"a","x":' + "9" * 100_000 + '}],"nbformat":4}',
    "infinite": '{"cells":[{"source":"a","x":1e999}],"nbformat":4}',
    "no number": '{"cells":[{"source":"a","x":NaN}],"nbformat":4}',
    "surrogate": '{"cells":[{"id":"\\ud800","source":"\\udfff"}],"nbformat":4}',
    "twice": '{"cells":[],"cells":[{"source":"a"}],"nbformat":4}',
    "garbage": '{"cells":[1,null,"a",[],{"source":{},"id":{},"outputs":7}]}',
    "types": '{"cells":[{"cell_type":[],"metadata":[],"source":[1,"a",null]}]}',
    "outputs": '{"cells":[{"cell_type":"code","outputs":[1,{"data":[]}]}]}',
    "cells": '{"cells":{}}',
    "list": "[]",
    "old": '{"nbformat":3,"worksheets":[{"cells":[{"input":"a"}]}]}',
    "million": '{"cells":[' + "{}," * 1_000_000 + "{}]}",
    "many": '{"cells":[' + "1," * 30_000 + "1]}",
    "empty": "",
    "bytes": "\N{REPLACEMENT CHARACTER}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_answered_and_can_be_read_by_a_browser(name: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    hostile = version(HOSTILE[name])
    for other in (version(notebook(cell("a"))), Version(b"a.ipynb", "absent")):
        for pair in ((hostile, other), (other, hostile)):
            told = compare(*pair)
            json.loads(dump(told), parse_constant=refuse)
    same = version(HOSTILE[name] + " ")
    json.loads(dump(compare(hostile, same)), parse_constant=refuse)
    try:
        read = json.loads(dump(told_blob(hostile, ":index")), parse_constant=refuse)
    except CommonsError as refusal:
        assert refusal.code == "TOO_LARGE"
    else:
        assert read["format"] in ("json", "text")


def test_duplicate_and_garbage_cells_keep_their_places() -> None:
    read = read_notebook(HOSTILE["garbage"].encode())
    assert read is not None
    assert [each.source for each in read.cells] == ["1", "null", '"a"', "[]", ""]
    twice = version(notebook(cell("a", "i"), cell("b", "i"), cell("c", "i")))
    other = version(notebook(cell("a", "i"), cell("c", "i")))
    told = compare(twice, other)
    kinds = [entry.get("run") or entry["cell"]["change"] for entry in told["cells"]]
    assert kinds == [1, "deleted", 1]


@pytest.mark.parametrize(
    "hostile",
    [
        HOSTILE["many"],
        HOSTILE["million"],
        '{"cells":[],"metadata":{"a":[' + "[]," * 1_000_000 + "1]}}",
        '{"cells":[],"metadata":{"a":[' + "1," * 5_000_000 + "1]}}",
    ],
    ids=["cells", "objects", "lists", "numbers"],
)
def test_more_cells_or_values_than_are_compared_is_said(hostile: str) -> None:
    with pytest.raises(TooManyError):
        read_notebook(hostile.encode())
    assert compare(version(hostile), version("{}"))["kind"] == "too-large"


def test_what_could_just_be_read_is_compared_or_shown_as_text() -> None:
    for depth in range(300, 1000):
        hostile = version(nested(depth))
        for other in (version(nested(depth) + " "), version('{"cells":[]}')):
            assert compare(hostile, other)["kind"] in ("notebook", "text")


def test_a_number_that_json_lacks_is_the_same_on_both_sides() -> None:
    one, other = (
        version('{"cells":[{"cell_type":"code","outputs":[{"a":NaN}]}]}' + end)
        for end in ("", " ")
    )
    assert compare(one, other)["cells"] == [{"run": 1, "before": 0, "after": 0}]
