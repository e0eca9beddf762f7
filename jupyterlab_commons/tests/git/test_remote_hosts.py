"""The host that is shown for a push is the one that a push reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.askpass import Credentials
from jupyterlab_commons.git.remotes import RemoteRequest
from jupyterlab_commons.git.service import GitService

from .http_backend import SECRET, USER, forge
from .repos import TestRepo

HERE = "https://git.example.org/x.git"
THERE = "https://push.example.org/x.git"
HOST, OTHER = "https://git.example.org", "https://push.example.org"


async def team(git: GitService) -> dict[str, Any]:
    listed = await git.remotes.listed(await git.repositories.open("work"))
    (found,) = [each for each in listed["remotes"] if each["name"] == "team"]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("settings", "host", "push"),
    [
        ([], HOST, None),
        ([("remote.team.pushurl", HERE)], HOST, None),
        ([("remote.team.pushurl", THERE)], HOST, [OTHER]),
        ([("remote.team.pushurl", "/srv/x.git")], HOST, [""]),
        # All of them, and of several for a fetch the first one.
        ([("remote.team.pushurl", url) for url in (HERE, THERE)], HOST, [HOST, OTHER]),
        ([("remote.team.url", THERE)], HOST, [HOST, OTHER]),
        # Rewritten: for both, for a push alone, and not where it is named.
        ([(f"url.{OTHER}/.insteadOf", f"{HOST}/")], OTHER, None),
        ([(f"url.{OTHER}/.pushInsteadOf", f"{HOST}/")], HOST, [OTHER]),
        (
            [
                (f"url.{OTHER}/.pushInsteadOf", f"{HOST}/"),
                ("remote.team.pushurl", "git@ssh.example.org:x.git"),
            ],
            HOST,
            ["ssh://ssh.example.org"],
        ),
        (
            [(f"url.https://bo:T0KEN@{n}.example.org/.insteadOf", n) for n in "ab"]
            + [("remote.team.pushurl", "b:x.git")],
            HOST,
            ["https://b.example.org"],
        ),
        # An address that could pass for other lines is not told at all.
        ([("remote.team.pushurl", f"{HERE} (push)\nteam\t{HERE}")], "?", None),
    ],
)
async def test_what_a_push_reaches_is_told_where_a_fetch_goes_elsewhere(
    git: GitService,
    work: TestRepo,
    settings: list[tuple[str, str]],
    host: str,
    push: list[str] | None,
) -> None:
    work.git("remote", "add", "team", HERE)
    for key, value in settings:
        work.git("config", "--add", key, value)
    told = {} if push is None else {"push": push}
    assert await team(git) == {"name": "team", "host": host, **told}


async def test_of_very_many_addresses_ten_are_told_and_that_there_are_more(
    git: GitService, work: TestRepo
) -> None:
    work.git("remote", "add", "team", HERE)
    for number in range(12):
        url = f"https://h{number}.example.org/x"
        work.git("config", "--add", "remote.team.pushurl", url)
    push = (await team(git))["push"]
    assert (len(push), push[0], push[-1]) == (10, "https://h0.example.org", "…")


async def test_the_password_is_asked_for_by_the_host_that_wants_it_and_sent_there_alone(
    git: GitService, work: TestRepo, tmp_path: Path
) -> None:
    """A push goes to each address in turn; here only the second asks."""
    work.commit(files={"a": "1\n"})
    with forge(tmp_path / "one") as first, forge(tmp_path / "two") as second:
        first.open = True
        work.git("remote", "add", "team", f"{first.origin}/x.git")
        for each in (first, second):
            bare = TestRepo(each.folder / "x.git", bare=True)
            bare.git("config", "http.receivepack", "true")
            work.git("config", "--add", "remote.team.pushurl", f"{each.origin}/x.git")
        repo = await git.repositories.open("work")
        assert (await team(git))["push"] == [first.origin, second.origin]
        with pytest.raises(CommonsError) as refused:
            await git.remotes.push(repo, RemoteRequest("team"))
        assert (refused.value.code, refused.value.detail) == ("GIT_AUTH", second.origin)
        given = Credentials(USER, SECRET, second.origin)
        await git.remotes.push(repo, RemoteRequest("team", credentials=given))
        assert first.heard == []
        for each in (first, second):
            head = (each.folder / "x.git/refs/heads/main").read_text().strip()
            assert head == work.head()
        other = Credentials(USER, SECRET, "https://example.org")
        with pytest.raises(CommonsError) as refused:
            await git.remotes.push(repo, RemoteRequest("team", credentials=other))
        assert refused.value.code == "GIT_MOVED"
