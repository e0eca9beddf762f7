"""Several remotes, one of which is chosen; and a remote that has moved elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.askpass import Credentials
from jupyterlab_commons.git.redirects import Way, moved_detail, moved_to
from jupyterlab_commons.git.remotes import RemoteRequest
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService

from .http_backend import SECRET, USER, Forge, forge
from .repos import TestRepo
from .traps import defence

RIGHT = Credentials(USER, SECRET)


@pytest.fixture
def server(tmp_path: Path, work: TestRepo) -> Iterator[Forge]:
    """Two remotes, `team` and `backup`; the branch `main` follows none of them."""
    work.commit(files={"a": "1\n"})
    for name in ("team", "backup"):
        TestRepo(tmp_path / "forge" / f"{name}.git", bare=True)
    with forge(tmp_path / "forge") as server:
        for name in ("team", "backup"):
            work.git("remote", "add", name, f"{server.origin}/{name}.git")
        yield server


@pytest.fixture
async def repo(git: GitService, server: Forge) -> Repo:
    return await git.repositories.open("work")


async def refusal(call: object) -> CommonsError:
    with pytest.raises(CommonsError) as refused:
        await call  # type: ignore[misc]
    return refused.value


def upstream(work: TestRepo) -> str:
    asked = ["for-each-ref", "--format=%(upstream:short)", "refs/heads/main"]
    return work.git(*asked).decode().strip()


def to(remote: str) -> RemoteRequest:
    return RemoteRequest(remote, credentials=RIGHT)


async def test_remotes_of_a_copied_configuration_are_listed_whatever_it_holds(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    with (work.top / ".git/config").open("ab") as file:
        file.write(b"[remote]\n\turl = https://nameless.example.org/x.git\n")
        file.write(b'[remote "odd"]\n\turl = https://h\xffst.example.org/x.git\n')
    told = (await git.remotes.listed(repo))["remotes"]
    assert [each["name"] for each in told] == ["team", "backup", "odd"]
    assert "nameless" not in str(told)
    str(told).encode("utf-8")


async def test_remotes_are_listed_with_their_hosts_and_no_secret(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    work.git("remote", "add", "odd", "https://bo:T0KEN@git.example.org:443/x.git")
    work.git("remote", "add", "here", str(work.top))
    for name in ("-x", "a b", "..", "\u202egnp"):
        work.git("config", f"remote.{name}.url", "https://example.org/x")
    repo = await git.repositories.open("work")
    listed = await git.remotes.listed(repo)
    assert listed == {
        "remotes": [
            {"name": "team", "host": server.origin},
            {"name": "backup", "host": server.origin},
            {"name": "odd", "host": "https://git.example.org"},
            {"name": "here", "host": ""},
        ],
        "more": False,
    }


async def test_the_usual_one_is_the_branchs_own_then_origin_then_the_only_one(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    async def usual() -> object:
        return (await git.remotes.listed(repo)).get("usual")

    assert await usual() is None
    work.git("remote", "add", "origin", "https://example.org/x")
    assert await usual() == "origin"
    work.git("config", "branch.main.remote", "team")
    assert await usual() == "team"
    work.git("config", "branch.main.remote", ".")
    assert await usual() is None
    for name in ("origin", "backup"):
        work.git("remote", "remove", name)
    work.git("config", "--unset", "branch.main.remote")
    assert await usual() == "team"
    work.git("remote", "remove", "team")
    assert await git.remotes.listed(repo) == {"remotes": [], "more": False}


async def test_of_very_many_remotes_a_hundred_are_listed(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    lines = [f'[remote "r{n}"]\n\turl = https://example.org/{n}\n' for n in range(150)]
    with (work.top / ".git/config").open("a") as config:
        config.write("".join(lines))
    listed = await git.remotes.listed(repo)
    assert (len(listed["remotes"]), listed["more"]) == (100, True)


async def test_the_first_push_is_followed_from_then_on_and_a_second_remote_is_not(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    without = RemoteRequest(credentials=RIGHT)
    for verb in (git.remotes.fetch, git.remotes.pull, git.remotes.push):
        assert (await refusal(verb(repo, without))).detail == "choose a remote"
    await git.remotes.push(repo, to("team"))
    assert upstream(work) == "team/main"
    mine = work.commit(files={"a": "2\n"})
    # Pushed to another one as well, the branch goes on following the first.
    await git.remotes.push(repo, to("backup"))
    assert upstream(work) == "team/main"
    head = (server.folder / "backup.git/refs/heads/main").read_text().strip()
    assert head == mine
    await git.remotes.fetch(repo, to("backup"))
    assert work.git("rev-parse", "backup/main").decode().strip() == mine
    # And without a choice it is the one that is followed.
    await git.remotes.push(repo, without)
    head = (server.folder / "team.git/refs/heads/main").read_text().strip()
    assert head == mine


async def told_to_move(git: GitService, repo: Repo, to_host: Forge) -> str:
    """The command that everybody is given, with the password and without."""
    command = f"git remote set-url team {to_host.origin}/team.git"
    for credentials in (None, RIGHT):
        request = RemoteRequest("team", credentials=credentials)
        for verb in (git.remotes.fetch, git.remotes.push):
            refused = await refusal(verb(repo, request))
            assert refused.code == "GIT_REDIRECTED"
            assert refused.detail == f"{to_host.origin} {command}"
    return command


async def test_a_remote_that_has_moved_to_another_host_is_named_and_told_nothing(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, tmp_path: Path
) -> None:
    with forge(tmp_path / "forge") as other:
        server.redirect = other.origin
        command = await told_to_move(git, repo, other)
        # The command is what helps.
        assert not any(SECRET in each for each in (*other.heard, *server.heard))
        work.git(*command.split()[1:])
        await git.remotes.push(repo, to("team"))


@pytest.mark.parametrize("user", ["", "ana@", "ana:T0KEN@"])
async def test_so_it_is_where_the_other_host_lets_nobody_in_and_asks_for_no_password(
    git: GitService, work: TestRepo, server: Forge, tmp_path: Path, user: str
) -> None:
    repo = await git.repositories.open("work")
    url = server.origin.replace("//", f"//{user}")
    work.git("remote", "set-url", "team", f"{url}/team.git")
    with forge(tmp_path / "forge") as other:
        server.redirect, other.closed = other.origin, True
        await told_to_move(git, repo, other)
        heard = (*other.heard, *server.heard)
        assert not any(SECRET in each for each in heard)
        assert not any("T0KEN" in each for each in other.heard)


@pytest.mark.parametrize("there", ["asks", "closed", "open"])
async def test_so_it_is_where_only_who_has_signed_in_is_sent_to_another_host(
    git: GitService, server: Forge, repo: Repo, tmp_path: Path, there: str
) -> None:
    with forge(tmp_path / "forge") as other:
        server.redirect, server.known_first = other.origin, True
        other.closed, other.open = there == "closed", there == "open"
        for verb in (git.remotes.fetch, git.remotes.push):
            wrong = RemoteRequest("team", credentials=Credentials(USER, "wrong"))
            refused = await refusal(verb(repo, wrong))
            assert (refused.code, refused.detail) == ("GIT_AUTH", server.origin)
            refused = await refusal(verb(repo, to("team")))
            assert refused.code == "GIT_REDIRECTED"
            assert refused.detail.startswith(f"{other.origin} git remote set-url ")
        assert other.heard == []


async def test_what_git_traces_meanwhile_is_in_no_file_and_no_answer(
    git: GitService, server: Forge, repo: Repo, tmp_path: Path
) -> None:
    places = tmp_path / "places"
    places.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(places))
        server.hold = threading.Event()
        task = asyncio.ensure_future(git.remotes.push(repo, to("team")))
        await asyncio.to_thread(server.held.wait, 60)
        made = [each for each in places.rglob("*") if not each.is_dir()]
        assert any(each.is_fifo() for each in made)
        assert not any(SECRET in each.read_text() for each in made if each.is_file())
        server.hold.set()
        told = await task
    assert "header" not in str(told)
    assert list(places.iterdir()) == []


async def test_a_host_that_lets_nobody_in_has_not_moved(
    git: GitService, work: TestRepo, server: Forge, repo: Repo
) -> None:
    server.closed = True
    for verb in (git.remotes.fetch, git.remotes.push):
        refused = await refusal(verb(repo, to("team")))
        assert (refused.code, refused.detail) == ("GIT_AUTH", server.origin)


@pytest.mark.parametrize("user", ["ana@", "ana:T0KEN@"])
async def test_so_it_is_where_the_address_has_a_name_or_a_token_in_it(
    git: GitService, work: TestRepo, server: Forge, tmp_path: Path, user: str
) -> None:
    repo = await git.repositories.open("work")
    url = server.origin.replace("//", f"//{user}")
    work.git("remote", "set-url", "team", f"{url}/team.git")
    wrong = RemoteRequest("team", credentials=Credentials(USER, "wrong"))
    assert (await refusal(git.remotes.fetch(repo, wrong))).code == "GIT_AUTH"
    with forge(tmp_path / "forge") as other:
        server.redirect = other.origin
        server.heard.clear()
        refused = await refusal(git.remotes.fetch(repo, to("team")))
        assert refused.code == "GIT_REDIRECTED"
        assert refused.detail.startswith(f"{other.origin} git remote set-url team ")
        assert "T0KEN" not in refused.detail
        assert not any(SECRET in each for each in (*other.heard, *server.heard))
        assert not any("T0KEN" in each for each in other.heard)


async def test_a_push_address_of_its_own_is_the_one_to_change(
    git: GitService, work: TestRepo, server: Forge, repo: Repo, tmp_path: Path
) -> None:
    work.git("config", "remote.team.pushurl", f"{server.origin}/team.git")
    with forge(tmp_path / "forge") as other:
        server.redirect = other.origin
        refused = await refusal(git.remotes.push(repo, to("team")))
        assert f"set-url --push team {other.origin}/team.git" in refused.detail


@defence("plain address")
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/x;touch$IFS/tmp/x", "https://example.org"),
        ("https://example.org/$(id)", "https://example.org"),
        ("https://example.org/`id`", "https://example.org"),
        ("https://example.org/a&b", "https://example.org"),
        ("https://example.org/" + "x" * 300, "https://example.org"),
        ("https://exa\u202emple.org/x", "another address"),
        ("https://" + "x" * 300 + "/x", "another address"),
    ],
)
def test_what_another_host_says_is_no_command(url: str, host: str) -> None:
    assert moved_detail("team", url, [], push=False) == host


def test_the_command_is_left_out_for_a_remote_with_an_odd_name() -> None:
    url = "https://example.org/x"
    assert moved_detail("a;b", url, [], push=False) == "https://example.org"
    told = moved_detail("a", f"{url}/", [], push=True)
    assert told == f"https://example.org git remote set-url a {url}"


def test_the_same_host_has_not_moved() -> None:
    said = "fatal: Authentication failed for 'https://example.org/x.git/'\n"
    assert moved_to("https://example.org", said) is None
    assert moved_to("ssh://example.org", said) is None
    assert moved_to("http://example.org", said) == "https://example.org/x.git/"


def _way(*answers: tuple[str, str]) -> str:
    """As git traces it: each answer with the `Location` that came with it."""
    lines = [
        f"12:00:00.000000 http.c:684              <= Recv header{text}"
        for status, location in answers
        for text in (", 0000000020 bytes", f": {status}", f": location: {location}")
    ]
    return "\n".join([*lines, "fatal: unable to access 'https://example.org/x.git/'"])


_SEEN = "info/refs?service=git-upload-pack"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        # By way of a second host, and with an address that is not whole.
        (
            [
                ("HTTP/1.1 301 Moved", f"https://a.example.org/y/{_SEEN}"),
                ("HTTP/2 307", f"/z.git/{_SEEN}"),
                ("HTTP/2 403", "https://evil.example.org/"),
            ],
            "https://a.example.org/z.git",
        ),
        ([("HTTP/2 302", "https://bo:T0KEN@sso.example.org/")], "sso.example.org"),
        ([("HTTP/2 302", f"https://bo:T@b.example.org/x/{_SEEN}")], "b.example.org/x"),
        # There and back, to nowhere, and not at all.
        (
            [
                ("HTTP/2 302", f"https://b.example.org/x/{_SEEN}"),
                ("HTTP/2 302", f"https://example.org/x/{_SEEN}"),
            ],
            None,
        ),
        ([("HTTP/2 302", "https://[b/x")], None),
        ([("HTTP/2 302", "file:///etc")], None),
        ([("HTTP/2 201 Created", "https://b.example.org/")], None),
    ],
)
def test_the_way_ends_where_the_last_redirect_leads(
    answers: list[tuple[str, str]], found: str | None
) -> None:
    whole = found if found is None or "//" in found else f"https://{found}"
    trace = _way(*answers).encode()
    for size in (len(trace), 7):
        way = Way("https://example.org/x.git")
        for at in range(0, len(trace), size):
            way.read(trace[at : at + size])
        assert way.end == whole
