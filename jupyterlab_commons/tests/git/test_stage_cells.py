"""Single cells of a notebook into the index and out of it, byte for byte."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.chosen_cells import Choice, staged, unstaged
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService
from jupyterlab_commons.tests.chance import by_chance

from .notebooks import cell, markdown, notebook, png, stream
from .repos import TestRepo

PATH = b"plot.ipynb"
BEFORE = notebook(
    markdown("# Title", "a"), cell("x = 1", "b", stream("1\n")), cell("y = 2", "c")
)


def sources(data: bytes) -> list[str]:
    return ["".join(each["source"]) for each in json.loads(data)["cells"]]


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"plot.ipynb": BEFORE})
    return await git.repositories.open("work")


def index(work: TestRepo) -> bytes:
    return work.git("show", ":plot.ipynb")


async def test_one_changed_cell_is_staged_and_the_file_stays(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    after = BEFORE.replace("x = 1", "x = 10").replace("y = 2", "y = 20")
    work.write("plot.ipynb", after)
    await git.stages.stage_notebook(repo, PATH, Choice([1]), bare=False)
    assert index(work).decode() == BEFORE.replace("x = 1", "x = 10")
    assert (work.top / "plot.ipynb").read_text() == after
    await git.stages.stage_notebook(repo, PATH, Choice([2]), bare=False)
    assert index(work).decode() == after
    await git.stages.unstage_notebook(repo, PATH, Choice([1]))
    assert index(work).decode() == BEFORE.replace("y = 2", "y = 20")
    await git.stages.unstage_notebook(repo, PATH, Choice([2]))
    assert index(work).decode() == BEFORE
    assert work.git("diff", "--cached", "--name-only") == b""


async def test_cells_that_are_staged_at_once_do_not_undo_each_other(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    after = notebook(*(cell(f"x = {n}", f"id{n}") for n in range(6)))
    work.write("plot.ipynb", after)
    calls = (
        git.stages.stage_notebook(repo, PATH, Choice([n]), bare=False) for n in range(6)
    )
    await asyncio.gather(*calls)
    assert {f"x = {n}" for n in range(6)} <= set(sources(index(work)))


async def test_outputs_are_left_out_of_the_index_and_stay_in_the_file(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    run = cell("x = 1", "b", png("A" * 1000), execution_count=7)
    after = notebook(markdown("# Title", "a"), run, cell("y = 2", "c"))
    work.write("plot.ipynb", after)
    await git.stages.stage_notebook(repo, PATH, None, bare=True)
    empty = notebook(markdown("# Title", "a"), cell("x = 1", "b"), cell("y = 2", "c"))
    assert json.loads(index(work)) == json.loads(empty)
    assert index(work).startswith(after[:60].encode())
    assert (work.top / "plot.ipynb").read_text() == after


async def test_a_new_notebook_can_be_staged_by_cells(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("new.ipynb", BEFORE)
    (work.top / "new.ipynb").chmod(0o755)
    await git.stages.stage_notebook(repo, b"new.ipynb", Choice([1]), bare=True)
    assert sources(work.git("show", ":new.ipynb")) == ["x = 1"]
    assert work.git("ls-files", "-s", "new.ipynb").startswith(b"100755 ")
    await git.stages.unstage_notebook(repo, b"new.ipynb", Choice([1]))
    assert work.git("ls-files", "new.ipynb") == b""
    assert (work.top / "new.ipynb").read_text() == BEFORE


@pytest.mark.parametrize(
    ("disk", "choice", "wanted"),
    [
        ("xaby", Choice([0]), "xabc"),
        ("abxc", Choice([2]), "abxc"),
        ("xyabc", Choice([1]), "yabc"),
        ("ac", Choice([], [1]), "ac"),
        ("cab", Choice([0]), "cab"),
        ("cab", Choice([]), "abc"),
        ("xay", Choice([0, 2], [1]), "xayc"),
        ("", Choice([], [0, 1, 2]), ""),
    ],
)
def test_new_moved_and_removed_cells_find_their_places(
    disk: str, choice: Choice, wanted: str
) -> None:
    def of(letters: str) -> bytes:
        return notebook(*(cell(f"{letter * 9}", letter) for letter in letters)).encode()

    made = staged(of("abc"), of(disk), choice, bare=False)
    assert [each[0] for each in sources(made)] == list(wanted)
    assert json.loads(made)["nbformat"] == 4


def test_numbers_escapes_and_indents_of_others_are_not_touched() -> None:
    odd = '{"cells": [ {"id":"a", "cell_type":"code",'
    odd += (
        ' "metadata": {"n": 1.10, "big": 1E5}, "source": "caf\\u00e9 \\ud83d\\ude00",'
    )
    odd += ' "outputs" : [1, {"a": []}] ,'
    odd += ' "execution_count": 3},\t{"id":"b","cell_type":"code","source":"old",'
    odd += '"metadata":{},"outputs":[]} ],\r\n "metadata":{}, "nbformat":4}'
    disk = notebook(cell("changed", "a"), cell("new", "b"))
    made = staged(odd.encode(), disk.encode(), Choice([1]), bare=False)
    assert made.decode().startswith(odd[: odd.index('{"id":"b"')])
    assert made.decode().endswith(odd[odd.index(' ],\r\n "metadata"') :])
    assert sources(made)[1] == "new"
    bare = staged(None, odd.encode(), None, bare=True).decode()
    wanted = odd.replace('[1, {"a": []}]', "[]").replace('count": 3', 'count": null')
    assert bare == wanted


def test_the_format_rises_with_cells_that_have_ids() -> None:
    old = json.loads(notebook(cell("x = 1"), cell("y = 2")))
    old["nbformat_minor"] = 4
    disk = notebook(cell("x = 1", "a"), cell("y = 3", "b"))
    made = json.loads(
        staged(json.dumps(old).encode(), disk.encode(), Choice([1]), bare=False)
    )
    assert made["nbformat_minor"] == 5
    assert made["cells"][1]["id"] == "b"


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"cells": 1}', b"\xff", b"[" * 100_000, b'{"cells":[}'],
)
def test_what_is_no_notebook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(CommonsError, match="no notebook") as refused:
        staged(None, data, Choice([0]), bare=False)
    assert refused.value.code == "GIT_REFUSED"


async def test_a_notebook_kept_in_lfs_is_staged_whole_only(
    git: GitService, work: TestRepo
) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"
    work.commit(files={"plot.ipynb": pointer})
    work.write("plot.ipynb", BEFORE)
    repo = await git.repositories.open("work")
    with pytest.raises(CommonsError, match="LFS"):
        await git.stages.stage_notebook(repo, PATH, Choice([0]), bare=False)
    assert index(work).decode() == pointer


async def test_a_trusted_filter_is_applied_to_cells_as_to_files(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    """Such as that of nbstripout."""
    work.git("config", "filter.up.clean", "sed s/secret/xxx/")
    (work.top / ".git/info/attributes").write_text("*.ipynb filter=up\n")
    work.write("plot.ipynb", BEFORE.replace("x = 1", "secret"))
    untrusted = await git.repositories.open("work")
    with pytest.raises(CommonsError) as refused:
        await git.stages.stage_notebook(untrusted, PATH, Choice([1]), bare=False)
    assert refused.value.code == "GIT_UNTRUSTED"
    info = await git.repositories.info("work")
    git.repositories.trust.trust(repo.git_dir, info.programs, info.programs.shown)
    trusted = await git.repositories.open("work")
    await git.stages.stage_notebook(trusted, PATH, Choice([1]), bare=False)
    assert sources(index(work)) == ["# Title", "xxx", "y = 2"]


async def test_places_that_are_none_are_a_change_meanwhile(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    for choice in (Choice([3]), Choice([0], [3])):
        with pytest.raises(CommonsError) as refused:
            await git.stages.stage_notebook(repo, PATH, choice, bare=False)
        assert refused.value.code == "GIT_MOVED"
    (work.top / "plot.ipynb").unlink()
    (work.top / "plot.ipynb").symlink_to("/etc/hostname")
    with pytest.raises(CommonsError, match="a link"):
        await git.stages.stage_notebook(repo, PATH, None, bare=True)


def test_any_choice_makes_a_notebook_and_all_of_it_makes_the_file() -> None:
    chance = by_chance("chosen cells")
    for _ in range(60):
        before = [_random_cell(chance, number) for number in range(chance.randrange(8))]
        after = _edited(chance, before)
        base, disk = notebook(*before).encode(), notebook(*after).encode()
        assert staged(base, disk, Choice([]), bare=False) == base
        some = chance.sample(range(len(after)), chance.randrange(len(after) + 1))
        made = staged(base, disk, Choice(some), bare=False)
        got = json.loads(made)["cells"]
        for number in some:
            assert after[number] in got
        for each in got:
            assert each in before or each in after
        ids = {each["id"] for each in after}
        gone = [at for at, each in enumerate(before) if each["id"] not in ids]
        whole = staged(base, disk, Choice(range(len(after)), gone), bare=False)
        assert json.loads(whole)["cells"] == after
        back = unstaged(base, made, disk, Choice(range(len(after))))
        assert back is not None
        assert all(each in before for each in json.loads(back)["cells"])


def _random_cell(chance: random.Random, number: int) -> dict[str, Any]:
    text = " ".join(chance.choice(["load", "plot", "x", "y"]) for _ in range(4))
    return cell(f"{text} {number}", f"id{number}", stream(text))


def _edited(chance: random.Random, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    after = [dict(each) for each in cells if chance.random() < 0.8]
    for each in after:
        if chance.random() < 0.4:
            each["source"] = [f"edited {chance.random()}"]
    for number in range(chance.randrange(3)):
        after.insert(
            chance.randrange(len(after) + 1), cell(f"new {number}", f"n{number}")
        )
    if after and chance.random() < 0.5:
        after.append(after.pop(chance.randrange(len(after))))
    return after
