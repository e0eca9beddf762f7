"""The routes of a real server: who may ask, what is answered, what ends with whom."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyterlab_commons.git.routes import ROUTES
from jupyterlab_commons.git.service import GitService, git_of

from .repos import TestRepo
from .test_runner import FakeGit, alive, until
from .traps import defence

SECONDS = 60
Fetch = Callable[..., Awaitable[HTTPResponse]]


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


@pytest.fixture
def work(jp_root_dir: Path) -> TestRepo:
    return TestRepo(jp_root_dir / "work")


@pytest.fixture
async def git(jp_serverapp: Any, work: TestRepo) -> AsyncIterator[GitService]:
    service = git_of(jp_serverapp.web_app.settings, jp_serverapp.root_dir)
    yield service
    await service.close()


class Asks:
    """A page's calls; a refusal is its status and code."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def get(self, name: str, **params: str) -> Any:
        answer = await self._fetch("commons", "git", name, params=params)
        return json.loads(answer.body)

    async def lines(self, name: str, **params: str) -> list[Any]:
        answer = await self._fetch("commons", "git", name, params=params)
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.body.splitlines()]

    async def post(self, name: str, body: Any, **more: Any) -> Any:
        text = body if isinstance(body, str) else json.dumps(body)
        answer = await self._fetch(
            "commons", "git", name, method="POST", body=text, **more
        )
        return json.loads(answer.body)

    async def refusal(self, call: Awaitable[Any]) -> tuple[int, str]:
        with pytest.raises(HTTPClientError) as refused:
            await call
        assert refused.value.response is not None
        body = json.loads(refused.value.response.body)
        return refused.value.code, body.get("error", {}).get("code", "")


@pytest.fixture
def page(git: GitService, jp_fetch: Fetch) -> Asks:
    return Asks(jp_fetch)


async def test_repository_refs_and_history_are_answered(
    page: Asks, work: TestRepo
) -> None:
    head = work.commit("one", files={"a/b": "1"})
    work.git("branch", "release/1.2")
    work.git("remote", "add", "origin", "https://ana:s3cret@example.org/x.git")
    told = await page.get("repository", path="work/a/b")
    assert (told["kind"], told["repo"], told["path"]) == ("ok", "work", "a/b")
    refs = await page.get("refs", repo="work")
    assert [each["name"] for each in refs["refs"]] == ["main", "release/1.2"]
    lines = await page.lines("history", repo="work")
    assert lines[0]["row"]["hash"] == head
    assert lines[1] == {"end": {"order": "date"}}
    assert "s3cret" not in json.dumps([told, refs, lines])


@defence("secrets")
async def test_a_remote_with_a_token_is_told_without_it(
    page: Asks, work: TestRepo
) -> None:
    """A remote in a folder is on the list; nothing that is secret is."""
    work.commit(files={"a": "1"})
    work.git("config", "remote.a.url", "foo://ana:s3cret@example.org/x")
    work.git("config", "url.foo://bo:s3cret@h/.insteadOf", "https://h/")
    told = await page.get("repository", path="work")
    assert len(told["programs"]) == 2
    assert "s3cret" not in json.dumps(told)
    body = {"repo": "work", "trusted": True, "programs": told["programs"]}
    assert (await page.post("trust", body))["trusted"] is True


async def test_bad_questions_are_refused_by_their_part(
    page: Asks, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    for params in (
        {"limit": "-1"},
        {"limit": "501"},
        {"limit": "x"},
        {"ref": "--output=x"},
        {"ref": "no-such-branch"},
        {"path": "../x"},
        {"text": "x" * 2000},
        {"path": "x" * 9000},
    ):
        refused = await page.refusal(page.get("history", repo="work", **params))
        assert refused == (400, "BAD_REQUEST")
    refused = await page.refusal(page.get("history", repo="nowhere"))
    assert refused == (409, "GIT_REFUSED")
    for odd in ("x" * 5000, "a\0b", "../..", "//", "work/" + "d/" * 2000):
        told = await page.get("repository", path=odd)
        assert told["kind"] in ("none", "ok")


async def test_trust_is_given_to_exactly_the_list_that_was_shown(
    page: Asks, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    work.git("config", "filter.x.clean", "cat")
    shown = (await page.get("repository", path="work"))["programs"]
    assert shown == [{"key": "filter.x.clean", "value": "cat", "scope": "local"}]
    yes = {"repo": "work", "trusted": True, "programs": shown}
    work.git("config", "filter.x.smudge", "evil")
    assert await page.refusal(page.post("trust", yes)) == (409, "GIT_MOVED")
    assert (await page.get("repository", path="work"))["trusted"] is False
    work.git("config", "--unset", "filter.x.smudge")
    assert (await page.post("trust", yes))["trusted"] is True
    assert (await page.get("repository", path="work"))["trusted"] is True
    no = {"repo": "work", "trusted": False, "programs": []}
    assert (await page.post("trust", no))["trusted"] is False


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"repo": 1, "trusted": True, "programs": []},
        {"repo": "work", "trusted": "yes", "programs": []},
        {"repo": "work", "trusted": True},
        {"repo": "work", "trusted": True, "programs": [1]},
        {"repo": "work", "trusted": True, "programs": [{"key": "a"}]},
        {
            "repo": "work",
            "trusted": True,
            "programs": [{"key": "a", "value": "b", "scope": "global"}],
        },
        {"repo": "x" * 5000, "trusted": True, "programs": []},
    ],
)
async def test_what_is_no_trust_is_refused(
    page: Asks, work: TestRepo, body: Any
) -> None:
    assert await page.refusal(page.post("trust", body)) == (400, "BAD_REQUEST")


def methods_of(name: str) -> list[str]:
    """What this package answers there, itself or in a class that it inherits."""
    own = [
        each
        for each in ROUTES[name].__mro__
        if each.__module__.startswith("jupyterlab_commons.")
    ]
    found = [
        method
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH")
        if any(method.lower() in vars(each) for each in own)
    ]
    assert found
    return found


@pytest.mark.parametrize("name", ROUTES)
async def test_nobody_without_a_token_is_answered(
    git: GitService, jp_fetch: Fetch, name: str
) -> None:
    before = git.runner.started
    for given in ("token wrong", ""):
        for method in methods_of(name):
            with pytest.raises(HTTPClientError) as refused:
                await jp_fetch(
                    *("commons", "git", name),
                    method=method,
                    body=None if method == "GET" else "{}",
                    headers={"Authorization": given},
                    params={"repo": "work"},
                )
            assert refused.value.code == 403
    assert git.runner.started == before


@pytest.mark.parametrize("name", ROUTES)
async def test_every_verb_asks_whether_this_person_may(
    git: GitService, jp_serverapp: Any, jp_fetch: Fetch, name: str
) -> None:
    asked: list[tuple[str, str]] = []

    async def nobody(_: Any, user: Any, action: str, resource: str) -> bool:
        asked.append((action, resource))
        return False

    authorizer = jp_serverapp.web_app.settings["authorizer"]
    authorizer.is_authorized, allowed = nobody, authorizer.is_authorized
    before = git.runner.started
    try:
        for method in methods_of(name):
            asked.clear()
            with pytest.raises(HTTPClientError) as refused:
                await jp_fetch(
                    *("commons", "git", name),
                    method=method,
                    body="{}" if method in ("POST", "PUT", "PATCH") else None,
                    params={"repo": "work"},
                )
            assert refused.value.code == 403
            action = "read" if method == "GET" else "write"
            assert asked == [(action, "contents")]
    finally:
        authorizer.is_authorized = allowed
    assert git.runner.started == before


async def test_a_page_of_another_site_cannot_post_with_the_cookie(
    page: Asks, jp_fetch: Fetch, jp_http_port: int, work: TestRepo
) -> None:
    host = f"localhost:{jp_http_port}"
    answer = await jp_fetch("api", "status", headers={"Host": host})
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    body = {"repo": "work", "trusted": True, "programs": []}
    proof = {"Authorization": "", "Cookie": cookie, "Host": host}
    # Of another origin there is nothing here; of this one the cookie is not enough.
    for origin, status in (("https://evil.example.org", 404), (f"http://{host}", 403)):
        headers = {**proof, "Origin": origin}
        refused = await page.refusal(page.post("trust", body, headers=headers))
        assert refused[0] == status


ENDLESS = """case "$*" in
*" log "*) touch pid-$$
  while printf '%040d\\0\\0A\\0a@b\\0%d\\0%d\\0subject\\0' 7 1 1; do sleep 0.02; done;;
*) cd - >/dev/null; exec GIT "$@";;
esac"""


@pytest.fixture
def call(
    jp_fetch: Fetch, jp_http_port: int, jp_auth_header: dict[str, str], jp_base_url: str
) -> tuple[int, bytes]:
    """The port, which `jp_fetch` opens, and a call for history on the wire."""
    url = f"{jp_base_url}commons/git/history?repo=work&limit=500"
    token = jp_auth_header["Authorization"]
    head = f"GET {url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n"
    return jp_http_port, head.encode()


async def test_a_stream_ends_git_when_the_page_goes_away(
    git: GitService, work: TestRepo, tmp_path: Path, call: tuple[int, bytes]
) -> None:
    work.commit(files={"a": "1"})
    real = shutil.which("git")
    fake = FakeGit(tmp_path, ENDLESS.replace("GIT", str(real)))
    git.runner._git = str(fake.path)
    port, question = call
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(question)
    while b'"row"' not in await asyncio.wait_for(reader.readline(), SECONDS):
        continue
    (pid,) = fake.pids()
    assert alive(pid)
    writer.close()
    await writer.wait_closed()
    await until(lambda: not alive(pid))


async def test_a_search_without_hits_ends_with_its_page_too(
    git: GitService, work: TestRepo, tmp_path: Path, call: tuple[int, bytes]
) -> None:
    work.commit(files={"a": "1"})
    silent = """case "$*" in
*" log "*) touch pid-$$; exec sleep 1000;;
*) cd - >/dev/null; exec GIT "$@";;
esac"""
    fake = FakeGit(tmp_path, silent.replace("GIT", str(shutil.which("git"))))
    git.runner._git = str(fake.path)
    port, question = call
    _, writer = await asyncio.open_connection("localhost", port)
    writer.write(question)
    await until(lambda: len(fake.pids()) == 1)
    (pid,) = fake.pids()
    writer.close()
    await writer.wait_closed()
    await until(lambda: not alive(pid))
