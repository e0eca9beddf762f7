"""Fetch, pull and push against a forge that wants a password."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.askpass import Credentials, read_credentials
from jupyterlab_commons.git.remotes import RemoteRequest
from jupyterlab_commons.git.runner import Lane, Repo
from jupyterlab_commons.git.service import GitService

from .http_backend import SECRET, USER, Forge, everything_about_processes, forge
from .repos import TestRepo

RIGHT = RemoteRequest(credentials=Credentials(USER, SECRET))


@pytest.fixture
def server(tmp_path: Path, work: TestRepo) -> Iterator[Forge]:
    """Has one commit of `main`, which `work` follows."""
    work.commit(files={"a": "1\n"})
    bare = TestRepo(tmp_path / "forge" / "x.git", bare=True)
    work.git("push", "-q", str(bare.top), "main")
    with forge(tmp_path / "forge") as server:
        work.git("remote", "add", "origin", f"{server.origin}/x.git")
        work.git("update-ref", "refs/remotes/origin/main", "main")
        work.git("branch", "-q", "--set-upstream-to=origin/main")
        yield server


@pytest.fixture
async def repo(git: GitService, server: Forge) -> Repo:
    return await git.repositories.open("work")


@pytest.fixture
def others(server: Forge, tmp_path: Path) -> TestRepo:
    """Somebody else's clone, with a way past the password."""
    clone = TestRepo(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(server.folder / "x.git"))
    clone.git("pull", "-q", "origin", "main")
    return clone


def forge_head(server: Forge, name: str = "main") -> str:
    return (server.folder / "x.git/refs/heads" / name).read_text().strip()


def running_in(repo: Repo) -> bool:
    """Whether a git that was started here is alive."""
    place = f"GIT_WORK_TREE={repo.top}".encode()
    return any(place in text for text in everything_about_processes().values())


async def refusal(call: object) -> CommonsError:
    with pytest.raises(CommonsError) as refused:
        await call  # type: ignore[misc]
    return refused.value


async def test_fetch_pull_and_push_with_the_right_password(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, others: TestRepo
) -> None:
    new = others.commit(files={"b": "2\n"})
    others.git("push", "-q", "origin", "main")
    await git.remotes.fetch(repo, RIGHT)
    assert work.git("rev-parse", "origin/main").decode().strip() == new
    assert work.head() != new
    told = await git.remotes.pull(repo, RIGHT)
    assert (told["hash"], work.head()) == (new, new)
    assert (work.top / "b").read_text() == "2\n"
    mine = work.commit(files={"c": "3\n"})
    await git.remotes.push(repo, RIGHT)
    assert forge_head(server) == mine
    again = await git.remotes.pull(repo, RIGHT)
    assert again["detail"] == "Already up to date."


@pytest.mark.parametrize(
    "credentials",
    [None, Credentials(USER, "wrong"), Credentials("bo", SECRET), Credentials("", "")],
)
async def test_no_or_wrong_credentials_name_who_wants_them(
    git: GitService, server: Forge, repo: Repo, credentials: Credentials | None
) -> None:
    request = RemoteRequest(credentials=credentials)
    for verb in (git.remotes.fetch, git.remotes.pull, git.remotes.push):
        refused = await refusal(verb(repo, request))
        assert (refused.code, refused.detail) == ("GIT_AUTH", server.origin)


async def test_credentials_are_forgotten_with_the_command(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, tmp_path: Path
) -> None:
    """Also where the user has told git to write every password into a file."""
    stored = tmp_path / "stored"
    work.git("config", "credential.helper", f"store --file={stored}")
    helper = f"credential.{server.origin}.helper"
    work.git("config", helper, f"store --file={stored}")
    settings = await git.repositories.info("work")
    seen = settings.programs
    git.repositories.trust.trust(repo.git_dir, seen, seen.shown)
    repo = await git.repositories.open("work")
    await git.remotes.fetch(repo, RIGHT)
    assert not stored.exists()
    assert (await refusal(git.remotes.fetch(repo, RemoteRequest()))).code == "GIT_AUTH"
    # Plain git with the same password would have written it.
    url = server.origin.replace("//", f"//{USER}@")
    ask = tmp_path / "ask"
    ask.write_text(f"#!/bin/sh\necho '{SECRET}'\n")
    ask.chmod(0o700)
    work.git("ls-remote", f"{url}/x.git", env={"GIT_ASKPASS": str(ask)})
    assert stored.exists()


async def test_the_secret_is_in_no_argument_no_environment_and_no_log(
    git: GitService, server: Forge, repo: Repo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    loop = asyncio.get_running_loop()
    server.hold = threading.Event()
    task = asyncio.ensure_future(git.remotes.fetch(repo, RIGHT))
    looks = []
    while not task.done():
        looks.append(await loop.run_in_executor(None, everything_about_processes))
        if server.held.is_set():
            server.hold.set()
    await task
    assert any(SECRET in each for each in server.heard)
    texts = [text for look in looks for text in look.values()]
    assert any(b"remote-http" in text for text in texts)
    assert any(b"COMMONS_ASKPASS=" in text for text in texts)
    for word in (SECRET.encode(), SECRET.split("-")[0].encode()):
        assert not any(word in text for text in texts)
    assert SECRET not in caplog.text
    assert SECRET not in repr(RIGHT)


async def test_a_redirect_to_another_host_gets_nothing(
    git: GitService, server: Forge, repo: Repo, tmp_path: Path
) -> None:
    with forge(tmp_path / "forge") as evil:
        server.redirect = evil.origin
        refused = await refusal(git.remotes.fetch(repo, RIGHT))
        assert refused.code == "GIT_REDIRECTED"
        assert not any(SECRET in each for each in (*evil.heard, *server.heard))
        # Asked without a question about the host, plain git tells it.
        ask = tmp_path / "ask"
        ask.write_text(f"#!/bin/sh\necho '{SECRET}'\n")
        ask.chmod(0o700)
        with pytest.raises(RuntimeError):
            TestRepo(tmp_path / "naive").git(
                "ls-remote", f"{server.origin}/x.git", env={"GIT_ASKPASS": str(ask)}
            )
        assert any(SECRET in each for each in evil.heard)


async def test_credentials_for_another_address_than_was_shown_are_not_sent(
    git: GitService, server: Forge, repo: Repo
) -> None:
    given = Credentials(USER, SECRET, "https://example.org")
    refused = await refusal(git.remotes.fetch(repo, RemoteRequest(credentials=given)))
    assert refused.code == "GIT_MOVED"
    assert server.heard == []
    right = Credentials(USER, SECRET, server.origin)
    await git.remotes.fetch(repo, RemoteRequest(credentials=right))


async def test_a_token_in_an_address_is_never_told(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, others: TestRepo
) -> None:
    url = server.origin.replace("//", "//ana:T0KEN@")
    work.git("remote", "set-url", "origin", f"{url}/nowhere.git")
    refused = await refusal(git.remotes.fetch(repo, RIGHT))
    assert "T0KEN" not in str(refused)
    name = f"{server.origin.replace('//', f'//{USER}@')}/x.git"
    work.git("remote", "set-url", "origin", name)
    others.commit(files={"b": "2\n"})
    others.git("push", "-q", "origin", "main")
    told = await git.remotes.fetch(repo, RIGHT)
    assert f"{USER}@" not in str(told)
    assert "origin/main" in told["detail"]


async def test_both_sides_have_new_commits(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, others: TestRepo
) -> None:
    theirs = others.commit(files={"b": "2\n"})
    others.git("push", "-q", "origin", "main")
    mine = work.commit(files={"c": "3\n"})
    work.commit(files={"c": "4\n"})
    rejected = await refusal(git.remotes.push(repo, RIGHT))
    assert (rejected.code, "pull first" in rejected.detail) == ("GIT_REFUSED", True)
    pulled = await refusal(git.remotes.pull(repo, RIGHT))
    assert pulled.code == "GIT_REFUSED"
    assert "2 here, 1 there" in pulled.detail
    assert forge_head(server) == theirs
    assert work.git("rev-parse", "HEAD~1").decode().strip() == mine


async def test_a_pull_overwrites_neither_changes_nor_ignored_files(
    git: GitService, work: TestRepo, repo: Repo, others: TestRepo
) -> None:
    before = work.head()
    others.commit(files={"a": "theirs\n", "results.csv": "theirs"})
    others.git("push", "-q", "origin", "main")
    work.write("a", "mine\n")
    refused = await refusal(git.remotes.pull(repo, RIGHT))
    assert (refused.code, "a" in refused.detail) == ("GIT_REFUSED", True)
    work.git("checkout", "-q", "a")
    (work.top / ".git/info/exclude").write_text("results.csv\n")
    work.write("results.csv", "a night of work")
    assert (await refusal(git.remotes.pull(repo, RIGHT))).code == "GIT_REFUSED"
    assert (work.top / "results.csv").read_text() == "a night of work"
    assert work.head() == before


async def test_a_fetch_writes_below_its_remote_whatever_is_configured(
    git: GitService, work: TestRepo, repo: Repo, others: TestRepo
) -> None:
    work.git("config", "--replace-all", "remote.origin.fetch", "+refs/*:refs/*")
    work.git("config", "fetch.pruneTags", "true")
    work.git("config", "fetch.prune", "true")
    mine = work.commit(files={"c": "unpushed"})
    work.git("tag", "mine")
    work.git("switch", "-q", "-c", "other")
    others.commit(files={"b": "2"})
    others.git("push", "-q", "origin", "main")
    await git.remotes.fetch(repo, RIGHT)
    assert work.git("rev-parse", "main", "mine").decode().split() == [mine, mine]
    assert work.git("rev-parse", "origin/main").decode().strip() == others.head()
    # Plain git moves the branch of that name, and deletes the tag.
    path = str(Path(others.top).parent / "forge" / "x.git")
    work.git("remote", "set-url", "origin", path)
    work.git("fetch", "-q", "origin")
    assert work.git("rev-parse", "main").decode().strip() == others.head()
    assert work.git("tag") == b""


async def test_a_new_branch_is_pushed_to_its_name_and_followed(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    work.git("switch", "-q", "-c", "fix/1.2", "--no-track")
    mine = work.commit(files={"c": "3\n"})
    await git.remotes.push(repo, RIGHT)
    assert forge_head(server, "fix/1.2") == mine
    upstream = work.git("rev-parse", "--abbrev-ref", "@{upstream}")
    assert upstream == b"origin/fix/1.2\n"
    work.git("branch", "-q", "--set-upstream-to=origin/main")
    refused = await refusal(git.remotes.push(repo, RIGHT))
    assert "follows main" in refused.detail


async def test_programs_for_the_network_need_trust(
    git: GitService, work: TestRepo, repo: Repo, tmp_path: Path
) -> None:
    mark = tmp_path / "it-ran"
    for key, value in (
        ("core.sshCommand", f"touch {mark}"),
        ("credential.helper", f"!touch {mark}; true"),
        ("core.gitProxy", f"touch {mark}"),
        ("remote.origin.uploadpack", f"touch {mark};"),
        ("http.proxy", "http://127.0.0.1:1"),
        ("http.https://example.org/.sslVerify", "false"),
    ):
        work.git("config", key, value)
        untrusted = await git.repositories.open("work")
        for verb in (git.remotes.fetch, git.remotes.pull, git.remotes.push):
            refused = await refusal(verb(untrusted, RIGHT))
            assert refused.code == "GIT_UNTRUSTED"
            assert key.lower() in refused.detail.lower()
        work.git("config", "--unset", key)
    assert not mark.exists()


async def test_a_slow_fetch_holds_up_neither_looking_nor_committing(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    server.hold = threading.Event()
    task = asyncio.ensure_future(git.remotes.fetch(repo, RIGHT))
    await asyncio.get_running_loop().run_in_executor(None, server.held.wait, 60)
    work.write("a", "2\n")
    await git.stages.stage(repo, [b"a"])
    assert (await git.status.read(repo))["files"] == [
        {"path": "a", "staged": "changed"}
    ]
    await git.runner.run(repo, ["update-ref", "refs/x", "HEAD"], lane=Lane.WRITE)
    assert not task.done()
    assert running_in(repo)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not running_in(repo)


async def test_where_there_is_no_remote_or_no_branch_it_is_said(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    for request, code in (
        (RemoteRequest("nowhere"), "GIT_NOT_FOUND"),
        (RemoteRequest("--upload-pack=x"), "GIT_NOT_FOUND"),
    ):
        assert (await refusal(git.remotes.fetch(repo, request))).code == code
    assert (await refusal(git.remotes.push(repo, RemoteRequest(branch="x")))).code == (
        "GIT_NOT_FOUND"
    )
    work.git("switch", "-q", "--detach")
    assert "no branch" in (await refusal(git.remotes.pull(repo, RIGHT))).detail
    work.git("switch", "-q", "-c", "alone", "--no-track")
    assert "follows no" in (await refusal(git.remotes.pull(repo, RIGHT))).detail
    work.git("remote", "remove", "origin")
    assert "no remote" in (await refusal(git.remotes.fetch(repo, RIGHT))).detail


@pytest.mark.parametrize(
    "value",
    [
        1,
        {},
        {"username": "a"},
        {"username": "a", "secret": "x\ny"},
        {"username": "a\0", "secret": "x"},
        {"username": "a", "secret": "x" * 5000},
    ],
)
def test_credentials_that_could_say_more_than_one_line_are_refused(
    value: object,
) -> None:
    with pytest.raises(CommonsError) as refused:
        read_credentials(value)
    assert (refused.value.code, refused.value.detail) == ("BAD_REQUEST", "credentials")
