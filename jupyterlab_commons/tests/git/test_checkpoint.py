"""A version of one file is kept, and nothing else in the repository changes."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.checkpoint_refs import PREFIX
from jupyterlab_commons.git.checkpoints import NOBODY
from jupyterlab_commons.git.people import Person
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService

from .repos import TestRepo
from .traps import Trap, falls

ANA = Person("Ana", "ana@example.org")


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"a": "1\n", "b": "1\n"})
    return await git.repositories.open("work")


def state(work: TestRepo) -> tuple[bytes, ...]:
    own = work.top / ".git"
    return (
        (own / "index").read_bytes(),
        (own / "HEAD").read_bytes(),
        work.git("status", "--porcelain=v2", "--branch", "-z"),
        work.git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes"),
        work.git("reflog"),
    )


async def test_index_files_head_and_branches_stay_as_they_are(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("a", "staged\n")
    work.git("add", "a")
    work.write("a", "on the disk\n")
    before = state(work)
    kept = await git.checkpoints.checkpoint(repo, b"a", "Kept\n", ANA)
    assert state(work) == before
    assert (work.top / "a").read_text() == "on the disk\n"
    assert kept.ref.startswith(PREFIX)
    assert work.git("rev-parse", kept.ref).decode().strip() == kept.hash
    assert work.git("show", f"{kept.hash}:a") == b"on the disk\n"
    assert work.git("log", "-1", "--format=%an <%ae>|%P|%B", kept.hash).decode() == (
        f"{ANA}|{work.head()}|Kept\n\nCheckpoint-of: a\n\n"
    )
    assert work.git("diff", "--name-only", "HEAD", kept.hash) == b"a\n"
    work.git("fsck", "--strict")


async def test_what_has_not_changed_is_not_kept_twice(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("a", "2\n")
    first = await git.checkpoints.checkpoint(repo, b"a", "One\n", ANA)
    assert await git.checkpoints.checkpoint(repo, b"a", "Again\n", ANA) == first
    head = work.commit(files={"a": "3\n"})
    second = await git.checkpoints.checkpoint(repo, b"a", "Two\n", ANA)
    # Each stands on the commit of its time, so that one can go without the others.
    assert work.git("rev-parse", f"{second.hash}^").decode().strip() == head
    other = await git.checkpoints.checkpoint(repo, b"b", "Three\n", ANA)
    assert len({first.ref, second.ref, other.ref}) == 3


async def test_any_name_and_any_content_is_kept(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    for name in (b'q"uo\\te\n\t', b"caf\xe9 data[1]", b" -x", "ü/ä\u2028".encode()):
        place = os.path.join(os.fsencode(work.top), name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        data = b"done\nfrom 0\n\0" + name
        with open(place, "wb") as file:
            file.write(data)
        os.chmod(place, 0o755)
        kept = await git.checkpoints.checkpoint(repo, name, "done\nM x\n", NOBODY)
        assert work.git("cat-file", "blob", kept.hash.encode() + b":" + name) == data
        entry = work.git("--literal-pathspecs", "ls-tree", "-z", kept.hash, "--", name)
        assert entry.startswith(b"100755 ")
    assert not list((work.top / ".git").glob("fast_import_crash*"))


async def test_before_the_first_commit_a_file_is_kept_as_well(
    git: GitService, work: TestRepo
) -> None:
    work.write("a", "1")
    repo = await git.repositories.open("work")
    kept = await git.checkpoints.checkpoint(repo, b"a", "Kept\n", ANA)
    assert work.git("rev-list", "--count", kept.hash) == b"1\n"
    assert work.git("status", "--porcelain") == b"?? a\n"


async def test_no_hook_runs(
    git: GitService, work: TestRepo, repo: Repo, trap: Trap
) -> None:
    trap.script(work.top / ".git/hooks/reference-transaction")
    assert falls(work, trap, "update-ref", "refs/commons/x", "HEAD")
    repo = await git.repositories.open("work")
    work.write("a", "2")
    await git.checkpoints.checkpoint(repo, b"a", "Kept\n", ANA)
    assert not trap.ran


async def test_what_is_no_file_is_refused_in_words(
    git: GitService, work: TestRepo, repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s")
    (work.top / "link").symlink_to(tmp_path / "secret")
    (work.top / "way").symlink_to(tmp_path)
    os.mkfifo(work.top / "pipe")
    TestRepo(work.top / "inner").commit(files={"f": "1"})
    for path in (b"link", b"way/secret", b"pipe", b".", b"inner/f", b"inner"):
        with pytest.raises(CommonsError) as refused:
            await git.checkpoints.checkpoint(repo, path, "x\n", ANA)
        assert refused.value.code == "GIT_REFUSED", path
    with pytest.raises(CommonsError) as missing:
        await git.checkpoints.checkpoint(repo, b"never", "x\n", ANA)
    assert missing.value.code == "GIT_NOT_FOUND"
    assert work.git("for-each-ref", PREFIX) == b""


async def test_the_number_of_files_does_not_matter(
    git: GitService, work: TestRepo
) -> None:
    """Neither the index nor the folders of others are read or written."""
    lines = [b"blob\nmark :1\ndata 1\nx\ncommit refs/heads/main\n"]
    lines.append(b"committer A <a@x> 1700000000 +0000\ndata 1\nx\n")
    lines += [b"M 100644 :1 d%d/f%d\n" % (n % 400, n) for n in range(40_000)]
    work.git("fast-import", "--quiet", stdin=b"".join(lines))
    work.git("read-tree", "HEAD")
    index = (work.top / ".git/index").stat()
    work.write("d1/f1", "n" * 10_000)
    repo = await git.repositories.open("work")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    kept = await git.checkpoints.checkpoint(repo, b"d1/f1", "Kept\n", ANA)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"checkpoint of 10 kB among 40,000 files: {used * 1000:.0f} ms CPU of git")
    now = (work.top / ".git/index").stat()
    assert (now.st_mtime_ns, now.st_ino) == (index.st_mtime_ns, index.st_ino)
    new = work.git("rev-list", "--objects", kept.hash, "--not", "HEAD").splitlines()
    # The commit, the folders on the way, and the content.
    assert len(new) == 4
