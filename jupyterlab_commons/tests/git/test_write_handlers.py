"""The verbs over HTTP, with the bodies and answers that TypeScript reads.

The requests are examples of `protocol/fixtures/git-*.json`; so are the answers. Run
this once with UPDATE_DOCS=1 after a shape of an answer has changed.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.utils import url_path_join
from tornado.httpclient import HTTPClientError

from jupyterlab_commons.files import Files
from jupyterlab_commons.git.routes import handlers
from jupyterlab_commons.git.service import git_of
from jupyterlab_commons.watch import LIVE_FILES, LiveFiles

from .http_backend import forge
from .notebooks import cell, notebook, stream
from .repos import TestRepo, environment

FIXTURES = Path(__file__).parents[3] / "protocol/fixtures"
PATH = "analysis/plots.ipynb"
VERBS = ("stage", "unstage", "commit", "checkpoint", "restore", "branch", "tag")
# What no two checkpoints have in common.
ALWAYS = ("ref", "hash", "at")
FAR_VERBS = ("fetch", "pull", "push")


class Server:
    def __init__(self, fetch: Any, work: TestRepo, settings: dict[str, Any]) -> None:
        self._fetch = fetch
        self.work = work
        self.settings = settings

    async def post(self, verb: str, body: Any) -> dict[str, Any]:
        text = body if isinstance(body, str) else json.dumps(body)
        return await self._ask(verb, method="POST", body=text)

    async def get(self, name: str, **params: str) -> dict[str, Any]:
        return await self._ask(name, params={"repo": "work", **params})

    async def lines(self, name: str, **params: str) -> list[dict[str, Any]]:
        params = {"repo": "work", **params}
        answer = await self._fetch("commons", "git", name, params=params)
        return [json.loads(line) for line in answer.body.splitlines()]

    async def status(self, **params: str) -> dict[str, Any]:
        return await self.get("status", **params)

    async def _ask(self, verb: str, **how: Any) -> dict[str, Any]:
        try:
            answer = await self._fetch("commons", "git", verb, **how)
        except HTTPClientError as refusal:
            assert refusal.response is not None
            answer = refusal.response
        told: dict[str, Any] = json.loads(answer.body)
        return told

    async def code(self, verb: str, body: Any) -> str:
        told: str = (await self.post(verb, body))["error"]["code"]
        return told


def example(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / name).read_text("utf-8"))
    return body


def check(name: str, answer: dict[str, Any]) -> None:
    file = FIXTURES / name
    if os.environ.get("UPDATE_DOCS") == "1":
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    assert answer == example(name)


@pytest.fixture
async def server(
    jp_serverapp: Any,
    jp_fetch: Any,
    jp_root_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Server]:
    for key in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(key, environment()[key])
    monkeypatch.setenv("JUPYTERHUB_USER", "ana")
    monkeypatch.setenv("COMMONS_EMAIL_TEMPLATE", "{username}@hub.example.org")
    app = jp_serverapp.web_app
    base = app.settings["base_url"]
    app.add_handlers(".*$", [(url_path_join(base, p), h) for p, h in handlers()])
    work = TestRepo(jp_root_dir / "work")
    cells = [cell("x = 1", "a", stream("1\n")), cell("y", "b"), cell("z", "c")]
    work.commit("Begin", files={PATH: notebook(*cells), "old": "1\n" * 9, "gone": ""})
    server = Server(jp_fetch, work, app.settings)
    yield server
    await git_of(app.settings, str(jp_root_dir)).close()


async def test_a_day_of_work(server: Server) -> None:
    work = server.work
    changed = [cell("x = 2", "a", stream("2\n")), cell("y = 3", "b")]
    work.write(PATH, notebook(*changed))
    assert await server.post("stage", example("git-stage.json")) == {}
    staged = json.loads(work.git("show", f":{PATH}"))["cells"]
    assert staged == [cell("x = 2", "a"), cell("y", "b")]
    work.git("mv", "old", "new")
    (work.top / "gone").unlink()
    (work.top / "untracked").mkdir()
    work.write("untracked/file", "")
    work.git("update-ref", "refs/remotes/origin/main", "HEAD")
    work.git("config", "remote.origin.url", "https://example.org/x")
    work.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    work.git("branch", "-q", "--set-upstream-to=origin/main")
    check("git-status.json", await server.status())
    request = {**example("git-commit-request.json"), "head": work.head()}
    told = await server.post("commit", request)
    assert told == {"hash": work.head()}
    assert work.git("log", "-1", "--format=%an <%ae>%n%B").decode() == (
        "ana <ana@hub.example.org>\nPlot again\n\nWith new data.\n\n"
        "Co-authored-by: Bo <bo@example.org>\n\n"
    )
    kept = await server.post("checkpoint", example("git-checkpoint.json"))
    assert work.git("rev-parse", kept["ref"]).decode().strip() == kept["hash"]
    listed = await server.lines("checkpoints", limit="1")
    told = listed[0]["checkpoint"]
    assert {key: told[key] for key in kept} == kept
    always = {key: example("git-checkpoints.json")["checkpoint"][key] for key in ALWAYS}
    assert {**told, **always} == example("git-checkpoints.json")["checkpoint"]
    assert listed[1] == {"end": {"ofFile": 50, "inAll": 1000}}
    restore = {**example("git-restore.json"), "rev": work.head()}
    told = await server.post("restore", restore)
    assert told["backup"] == kept
    assert set(told) <= set(example("git-done.json"))
    assert await server.post("branch", example("git-branch-request.json")) == {
        "ref": "fix/1.2"
    }
    assert await server.post("tag", example("git-tag-request.json")) == {"ref": "v1.0"}
    work.git("remote", "add", "backup", "git@backup.example.org:team/x.git")
    url = "https://backup.example.org/team/x.git"
    work.git("config", "remote.backup.pushurl", url)
    check("git-remotes.json", await server.get("remotes"))
    far = {**example("git-remote-request.json"), "remote": "nowhere"}
    for verb in FAR_VERBS:
        assert await server.code(verb, far) == "GIT_NOT_FOUND"


async def test_one_path_is_asked_for(server: Server) -> None:
    server.work.write("old", "2")
    server.work.write("gone", "2")
    told = await server.status(path="gone")
    assert told["files"] == [{"path": "gone", "unstaged": "changed"}]


async def test_a_page_that_leaves_ends_its_fetch(
    server: Server, jp_base_url: str, jp_serverapp: Any, tmp_path: Path
) -> None:
    with forge(tmp_path) as far:
        far.hold = threading.Event()
        server.work.git("remote", "add", "origin", f"{far.origin}/x.git")
        body = json.dumps({"repo": "work"})
        url = url_path_join(jp_base_url, "commons", "git", "fetch")
        address = ("127.0.0.1", jp_serverapp.port)
        _, page = await asyncio.open_connection(*address)
        page.write(
            f"POST {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: token {jp_serverapp.identity_provider.token}\r\n"
            f"\r\n{body}".encode()
        )
        assert await asyncio.to_thread(far.held.wait, 60)
        git = git_of(server.settings, str(server.work.top.parent))
        repo = await git.repositories.open("work")
        page.close()
        # The lane is free only when git has ended; the forge has not answered.
        await asyncio.wait_for(git.runner.quiet(repo), 60)


async def test_a_live_document_is_not_swapped_under_people(server: Server) -> None:
    rev = server.work.head()
    server.work.write(PATH, "edited")
    body = {"repo": "work", "path": PATH, "rev": rev}
    live = LiveFiles(Files(str(server.work.top.parent)))
    server.settings[LIVE_FILES] = live
    live.replace([f"work/{PATH}"])
    told = await server.post("restore", body)
    assert told["error"]["code"] == "GIT_REFUSED"
    assert "live document" in told["error"]["detail"]
    assert (server.work.top / PATH).read_text() == "edited"
    live.replace([])
    assert "backup" in await server.post("restore", body)


async def test_what_is_no_request_changes_nothing(server: Server) -> None:
    work = server.work
    work.write("old", "2")
    before = work.git("for-each-ref") + work.git("ls-files", "--stage")
    good: dict[str, dict[str, Any]] = {
        "stage": {"paths": ["old"]},
        "unstage": {"paths": ["old"]},
        "commit": {"message": "x", "head": work.head()},
        "checkpoint": {"path": "old", "message": "x"},
        "restore": {"path": "old", "rev": work.head()},
        "branch": {"verb": "create", "name": "x"},
        "tag": {"verb": "create", "name": "x"},
    }
    bad: dict[str, list[Any]] = {
        "paths": [None, [], "old", ["../old"], [""], [".git/config"]],
        "message": [None, "", "a\0", 1],
        "head": ["HEAD", "--all", 1],
        "path": [None, "", "../old", ".git/HEAD", "/etc/passwd"],
        "rev": [None, "HEAD", "--output=x"],
        "verb": [None, "reset", 1],
        "name": [None, "", "-f", "a b"],
    }
    for verb, body in good.items():
        for key in body:
            for value in bad[key]:
                sent = {"repo": "work", **body, key: value}
                assert await server.code(verb, sent) == "BAD_REQUEST", (verb, key)
        assert await server.code(verb, []) == "BAD_REQUEST"
        assert await server.code(verb, {**body, "repo": "none"}) == "GIT_REFUSED"
        assert await server.code(verb, {**body, "repo": 1}) == "BAD_REQUEST"
    for more in ({"cells": [-1]}, {"cells": ["0"]}, {"withoutOutputs": 1}):
        sent = {"repo": "work", "paths": [PATH], **more}
        assert await server.code("stage", sent) == "BAD_REQUEST"
    sent = {"repo": "work", "paths": ["old", PATH], "withoutOutputs": True}
    assert await server.code("stage", sent) == "BAD_REQUEST"
    assert work.git("for-each-ref") + work.git("ls-files", "--stage") == before


async def test_only_the_servers_own_people_may_write(
    server: Server, http_server_client: Any, jp_base_url: str
) -> None:
    for name in (*VERBS, *FAR_VERBS):
        url = url_path_join(jp_base_url, "commons", "git", name)
        with pytest.raises(HTTPClientError) as refused:
            await http_server_client.fetch(url, method="POST", body="{}")
        assert refused.value.code == 403
    for name in ("status", "checkpoints", "remotes"):
        url = url_path_join(jp_base_url, "commons", "git", name)
        with pytest.raises(HTTPClientError) as refused:
            await http_server_client.fetch(url)
        assert refused.value.code == 403


async def test_a_question_for_checkpoints_that_is_none_is_refused(
    server: Server,
) -> None:
    for name, value in (
        ("after", "HEAD"),
        ("after", "--sort=x"),
        ("after", "refs/commons/x"),
        ("path", "../old"),
        ("path", ".git/config"),
        ("limit", "201"),
        ("limit", "-1"),
    ):
        told = await server.get("checkpoints", **{name: value})
        assert told["error"]["code"] == "BAD_REQUEST", (name, value)
    for name in ("checkpoints", "remotes"):
        told = await server.get(name, repo="none")
        assert told["error"]["code"] == "GIT_REFUSED"
