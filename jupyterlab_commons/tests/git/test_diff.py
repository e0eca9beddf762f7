"""What changed in a file: cells, texts, and what is neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.diff import Diffs
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Versions

from .notebooks import cell, markdown, notebook, png
from .repos import TestRepo


class Reader:
    def __init__(self, repositories: Repositories, runner: GitRunner) -> None:
        self._repositories = repositories
        self.objects = Objects(runner)
        versions = Versions(runner, self.objects)
        self._diffs = Diffs(versions, RefsReader(runner))

    async def told(
        self,
        to: str,
        path: str = "a.ipynb",
        *,
        base: str | None = None,
        base_path: str | None = None,
    ) -> dict[str, Any]:
        repo = await self._repositories.open("work")
        return await self._diffs.diff(
            repo,
            path.encode(),
            to,
            base,
            None if base_path is None else base_path.encode(),
        )


@pytest.fixture
async def reader(
    repositories: Repositories, runner: GitRunner
) -> AsyncIterator[Reader]:
    reader = Reader(repositories, runner)
    yield reader
    await reader.objects.close()


async def test_same_cells_are_a_run_and_changed_ones_carry_both_sources(
    reader: Reader, work: TestRepo
) -> None:
    same = [cell(f"n = {n}", f"i{n}") for n in range(4)]
    first = work.commit(files={"a.ipynb": notebook(*same, cell("old", "x"))})
    head = work.commit(files={"a.ipynb": notebook(*same, cell("new", "x"))})
    told = await reader.told(head)
    assert (told["kind"], told["base"]) == ("notebook", first)
    assert "merge" not in told
    assert told["cells"] == [
        {"run": 4, "before": 0, "after": 0},
        {
            "cell": {
                "change": "changed",
                "before": {"index": 4, "type": "code", "id": "x", "source": "old"},
                "after": {"index": 4, "type": "code", "id": "x", "source": "new"},
            }
        },
    ]


async def test_added_deleted_and_moved_cells(reader: Reader, work: TestRepo) -> None:
    cells = {name: cell(f"{name} = 1", name) for name in "abcde"}
    cells["f"] = markdown("# f", "f")
    work.commit(files={"a.ipynb": notebook(*(cells[n] for n in "abcde"))})
    head = work.commit(files={"a.ipynb": notebook(*(cells[n] for n in "eabfd"))})
    told = await reader.told(head)
    shown = [
        entry.get("run")
        or (
            entry["cell"]["change"],
            entry["cell"].get("moved", False),
            (entry["cell"].get("after") or entry["cell"]["before"])["id"],
        )
        for entry in told["cells"]
    ]
    assert shown == [
        ("same", True, "e"),
        2,
        ("deleted", False, "c"),
        ("added", False, "f"),
        1,
    ]
    assert told["cells"][0]["cell"]["before"] == {"index": 4, "id": "e", "type": "code"}
    assert told["cells"][-1] == {"run": 1, "before": 3, "after": 4}


async def test_outputs_are_told_apart_and_never_sent(
    reader: Reader, work: TestRepo
) -> None:
    work.commit(
        files={"a.ipynb": notebook(cell("p", "p", png("AAAA")), cell("q", "q"))}
    )
    head = work.commit(
        files={"a.ipynb": notebook(cell("p", "p", png("BBBB")), cell("q", "q"))}
    )
    told = await reader.told(head)
    change = told["cells"][0]["cell"]
    assert change["change"] == "outputs"
    assert "source" not in change["after"]
    (before,), (after,) = change["before"]["outputs"], change["after"]["outputs"]
    assert before["hash"] != after["hash"]
    assert (after["kind"], after["bytes"] > 10) == ("image/png", True)
    assert "BBBB" not in str(told)


async def test_counts_of_runs_and_the_form_of_lists_are_no_change(
    reader: Reader, work: TestRepo
) -> None:
    result = {"output_type": "execute_result", "metadata": {}}
    one = {**result, "execution_count": 1, "data": {"text/plain": ["a\n", "b"]}}
    other = {**result, "execution_count": 7, "data": {"text/plain": "a\nb"}}
    work.commit(files={"a.ipynb": notebook(cell("x", "i", one, execution_count=1))})
    head = work.commit(
        files={"a.ipynb": notebook(cell("x", "i", other, execution_count=7))}
    )
    told = await reader.told(head)
    assert told["cells"] == [{"run": 1, "before": 0, "after": 0}]


async def test_metadata_is_told_by_its_keys(reader: Reader, work: TestRepo) -> None:
    work.commit(
        files={"a.ipynb": notebook(cell("x", "i"), language="a", same={"b": 1})}
    )
    changed = cell("x", "i", metadata={"tags": ["t"]}, attachments={"i.png": {}})
    head = work.commit(
        files={"a.ipynb": notebook(changed, language="b", same={"b": 1})}
    )
    told = await reader.told(head)
    assert told["metadata"] == ["language"]
    change = told["cells"][0]["cell"]
    assert (change["change"], change["metadata"]) == (
        "metadata",
        ["tags", "attachments"],
    )


async def test_a_type_that_changed_is_a_change(reader: Reader, work: TestRepo) -> None:
    work.commit(files={"a.ipynb": notebook(cell("x", "i"))})
    head = work.commit(files={"a.ipynb": notebook(markdown("x", "i"))})
    assert (await reader.told(head))["cells"][0]["cell"]["change"] == "changed"


async def test_the_first_commit_and_a_merge_and_what_lies_on_the_disk(
    reader: Reader, work: TestRepo
) -> None:
    first = work.commit(files={"a.txt": "one\r\n"})
    told = await reader.told(first, "a.txt")
    assert (told["kind"], told["before"]) == ("text", None)
    assert told["newText"] == "one\r\n"
    assert not {"base", "oldText"} & told.keys()
    work.git("checkout", "-q", "-b", "side")
    work.commit(files={"b.txt": "b"})
    work.git("checkout", "-q", "main")
    second = work.commit(files={"a.txt": "two\r\n"})
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    work.git(*name, "merge", "-q", "--no-ff", "-m", "merged", "side")
    told = await reader.told(work.head(), "b.txt")
    assert (told["base"], told["merge"]) == (second, True)
    work.write("a.txt", "three\r\n")
    work.git("add", "a.txt")
    work.write("a.txt", "four\r\n")
    staged, disk = [await reader.told(v, "a.txt") for v in (":index", ":worktree")]
    assert (staged["oldText"], staged["newText"]) == ("two\r\n", "three\r\n")
    assert (disk["oldText"], disk["newText"]) == ("three\r\n", "four\r\n")
    both = await reader.told(":worktree", "a.txt", base=first)
    assert (both["oldText"], both["newText"]) == ("one\r\n", "four\r\n")


async def test_a_file_is_compared_with_its_older_name(
    reader: Reader, work: TestRepo
) -> None:
    work.commit(files={"old.ipynb": notebook(cell("a", "a"))})
    work.git("mv", "old.ipynb", "a.ipynb")
    head = work.commit()
    told = await reader.told(head, base_path="old.ipynb")
    assert told["kind"] == "same"
    assert told["before"]["path"] == "old.ipynb"


async def test_what_is_no_file_of_its_own_says_what_it_is(
    reader: Reader, work: TestRepo
) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    (work.top / "link").symlink_to("/etc/passwd")
    inner = TestRepo(work.top / "inner")
    commit = inner.commit(files={"x": "1"})
    head = work.commit(files={"large.bin": pointer, "pic": b"\0", "gone": "x"})
    for path, kind, text in (
        ("link", "link", "/etc/passwd"),
        ("inner", "submodule", commit),
        ("large.bin", "lfs", pointer),
        ("pic", "binary", None),
    ):
        told = await reader.told(head, path)
        assert (told["kind"], told.get("newText")) == (kind, text)
    disk = await reader.told(":worktree", "link", base=head)
    assert disk["kind"] == "same"
    with pytest.raises(CommonsError) as refused:
        await reader.told(head, "nothing")
    assert refused.value.code == "GIT_NOT_FOUND"


async def test_a_notebook_that_cannot_be_read_as_one_is_a_text(
    reader: Reader, work: TestRepo
) -> None:
    good = notebook(cell("a", "a"))
    work.commit(files={"a.ipynb": good})
    head = work.commit(files={"a.ipynb": "<<<<<<< ours\n" + good})
    told = await reader.told(head)
    assert (told["kind"], told["oldText"]) == ("text", good)


async def test_what_is_too_large_is_told_and_not_read(
    reader: Reader, work: TestRepo
) -> None:
    megabyte = 1024 * 1024
    head = work.commit(
        files={
            "a.txt": b"x" * (5 * megabyte + 1),
            "lines.txt": b"\n" * 200_001,
            "a.ipynb": b"{" + b" " * (20 * megabyte),
            "fits.txt": b"x" * (5 * megabyte),
        }
    )
    for path in ("a.txt", "lines.txt", "a.ipynb"):
        assert (await reader.told(head, path))["kind"] == "too-large"
        disk = await reader.told(":worktree", path, base=head)
        assert disk["kind"] in ("too-large", "same")
    assert (await reader.told(head, "fits.txt"))["kind"] == "text"


async def test_names_that_are_no_utf8_are_read(
    reader: Reader, repositories: Repositories, work: TestRepo
) -> None:
    name = b"bad-\xff\n-name.txt"
    with open(bytes(work.top) + b"/" + name, "wb") as file:
        file.write(b"x")
    head = work.commit()
    repo = await repositories.open("work")
    for version in (head, ":index", ":worktree"):
        told = await reader._diffs.diff(repo, name, version)
        assert told["after"]["path"].startswith("raw:")
        assert told["kind"] == ("text" if version == head else "same")


async def test_a_huge_source_is_cut_and_says_so(reader: Reader, work: TestRepo) -> None:
    work.commit(files={"a.ipynb": notebook(cell("x" * 5_000_000, "a"))})
    head = work.commit(files={"a.ipynb": notebook(cell("y" * 5_000_000, "a"))})
    told = await reader.told(head)
    after = told["cells"][0]["cell"]["after"]
    assert (len(after["source"]), after["cut"]) == (500_000, True)
