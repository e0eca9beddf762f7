"""The answers over HTTP, and that they are the ones TypeScript reads.

`protocol/fixtures/git-*.json` are answers of one small story, which the decoders
of the page read in `companion/test/http/fixtures.test.ts`. Run this once with
UPDATE_DOCS=1 after a shape has changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.utils import url_path_join
from tornado.httpclient import HTTPClientError

from jupyterlab_commons.git.routes import handlers
from jupyterlab_commons.git.service import git_of

from .notebooks import cell, markdown, notebook, png, stream
from .repos import BO, TestRepo, environment

FIXTURES = Path(__file__).parents[3] / "protocol/fixtures"
PATH = "analysis/plots.ipynb"
LOAD = "import pandas as pd\ndata = pd.read_csv('data.csv')\ndata.head()"


class Server:
    """Asks the routes; a refusal is answered as its code."""

    def __init__(self, fetch: Any, work: TestRepo) -> None:
        self._fetch = fetch
        self.work = work
        self.commits: list[str] = []

    async def raw(self, name: str, **params: str) -> bytes:
        asked = {"repo": "work", **{k.rstrip("_"): v for k, v in params.items()}}
        try:
            answer = await self._fetch("commons", "git", name, params=asked)
        except HTTPClientError as refusal:
            assert refusal.response is not None
            body: bytes = refusal.response.body
            return body
        found: bytes = answer.body
        return found

    async def ask(self, name: str, **params: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.raw(name, **params))
        return answer

    async def refusal(self, name: str, **params: str) -> str:
        code: str = (await self.ask(name, **params))["error"]["code"]
        return code


@pytest.fixture
async def server(
    jp_serverapp: Any,
    jp_fetch: Any,
    jp_root_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Server]:
    for key in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(key, environment()[key])
    app = jp_serverapp.web_app
    base = app.settings["base_url"]
    app.add_handlers(".*$", [(url_path_join(base, p), h) for p, h in handlers()])
    server = Server(jp_fetch, TestRepo(jp_root_dir / "work"))
    tell_story(server)
    yield server
    await git_of(app.settings, str(jp_root_dir)).objects.close()


def tell_story(server: Server) -> None:
    """Two commits of a notebook, by two people, and an edit that is not committed."""
    work = server.work
    plot = cell("data.plot()", "plot", png("AAAA"))
    born = work.commit(
        "Read and plot the data",
        files={
            "plots.ipynb": notebook(
                markdown("# Plots", "title"),
                cell(LOAD, "load", stream("5 rows\n")),
                plot,
                cell("data.mean()", "mean"),
                cell("del data", "gone"),
                kernelspec={"name": "python3"},
            ),
            "data.csv": "a,b\n1,2\n",
        },
    )
    work.git("tag", "v1")
    (work.top / "analysis").mkdir()
    work.git("mv", "plots.ipynb", PATH)
    cells = [
        markdown("# Plots", "title"),
        cell("data.mean()", "mean", metadata={"tags": ["result"]}),
        cell(LOAD + "\ndata.info()", "load", stream("5 rows\n")),
        cell("data.plot()", "plot", png("BBBB")),
        cell("data.to_csv('out.csv')", "save"),
        markdown("The end.", "end"),
    ]
    changed = work.commit(
        "Plot again\n\nWith new data.\n\nCo-authored-by: Ana <ana@example.org>",
        author=BO,
        files={PATH: notebook(*cells, kernelspec={"name": "py312"}), "pic": b"\0"},
    )
    cells[-1] = markdown("Edited.", "end")
    work.write(PATH, notebook(*cells, kernelspec={"name": "py312"}))
    server.commits = [born, changed]


async def answers(server: Server) -> dict[str, Any]:
    first, last = server.commits
    past = await server.raw("cell-history", path=PATH, rev=":worktree", index="2")
    lines = [json.loads(line) for line in past.splitlines()]
    assert lines[-1] == {"end": {}}
    assert [line["row"]["hash"] for line in lines[:-1]] == [last, first]
    return {
        "git-commit.json": await server.ask("commit", hash=last),
        "git-diff.json": await server.ask(
            "diff", path=PATH, to=last, from_=first, fromPath="plots.ipynb"
        ),
        "git-diff-text.json": await server.ask("diff", path="data.csv", to=first),
        "git-cell.json": await server.ask("cell", path=PATH, rev=last, index="3"),
        "git-blob.json": await server.ask("blob", path="pic", rev=last),
        "git-blame.json": await server.ask("blame", path=PATH, rev=":worktree"),
        "git-cell-history.json": lines[0],
    }


async def test_the_answers_are_the_examples_that_typescript_reads(
    server: Server,
) -> None:
    for name, answer in (await answers(server)).items():
        file = FIXTURES / name
        if os.environ.get("UPDATE_DOCS") == "1":
            file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
        assert answer == json.loads(file.read_text("utf-8")), name


async def test_a_commit_has_its_refs(server: Server) -> None:
    first, last = server.commits
    told = await server.ask("commit", hash=first)
    assert told["row"]["refs"] == [{"kind": "tag", "name": "v1"}]
    both = await server.ask("commit", hash=last, from_=first)
    assert {each["change"] for each in both["files"]} == {"added", "renamed"}


async def test_a_version_that_was_deleted_is_opened_again(server: Server) -> None:
    first, last = server.commits
    told = await server.ask("blob", path="plots.ipynb", rev=first)
    assert (told["format"], told["content"]["nbformat"]) == ("json", 4)
    assert await server.refusal("blob", path="plots.ipynb", rev=last) == "GIT_NOT_FOUND"


async def test_nothing_but_a_version_and_a_path_inside_is_accepted(
    server: Server,
) -> None:
    _, last = server.commits
    for rev in ("", "HEAD", "--output=x", last[:8], ":0:a", f"{last}:x", "main"):
        assert await server.refusal("blob", path=PATH, rev=rev) == "BAD_REQUEST"
        assert await server.refusal("diff", path=PATH, to=rev) == "BAD_REQUEST"
        assert await server.refusal("blame", path=PATH, rev=rev) == "BAD_REQUEST"
        assert await server.refusal("commit", hash=rev) == "BAD_REQUEST"
    for path in ("", "../x", "/etc/passwd", ".git/config", "a/../b"):
        for name in ("blob", "cell", "blame", "cell-history"):
            code = await server.refusal(name, path=path, rev=last, index="0")
            assert code == "BAD_REQUEST"
        assert await server.refusal("diff", path=path, to=last) == "BAD_REQUEST"
    for index in ("", "-1", "x", "99999999"):
        code = await server.refusal("cell", path=PATH, rev=last, index=index)
        assert code == "BAD_REQUEST"
    missing = "0" * 40
    assert await server.refusal("commit", hash=missing) == "GIT_NOT_FOUND"
    assert await server.refusal("diff", path=PATH, to=missing) == "GIT_NOT_FOUND"
    assert await server.refusal("blame", path=PATH, rev=missing) == "GIT_NOT_FOUND"
    past = await server.ask("cell-history", path=PATH, rev=missing, index="0")
    assert past["error"]["code"] == "GIT_NOT_FOUND"


async def test_a_source_that_is_no_text_still_reaches_the_page(server: Server) -> None:
    broken = '{"cells":[{"id":"a","source":"\\ud800"}],"nbformat":4,"x":1e999}'
    head = server.work.commit(files={PATH: broken})
    told = await server.ask("diff", path=PATH, to=head)
    sources = [entry["cell"].get("after", {}).get("source") for entry in told["cells"]]
    assert "\ud800" in sources
    assert b"Infinity" not in await server.raw("blob", path=PATH, rev=head)


async def test_texts_are_as_short_as_a_page_counts_them(server: Server) -> None:
    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    wide = "\N{GRINNING FACE}" * 32_000 + "x" * 2000
    made = cell("a", wide[:64], metadata={wide[:300]: 1})
    server.work.commit(files={PATH: notebook(cell("a", wide[:64]))})
    head = server.work.commit(wide, files={PATH: notebook(made)})
    told = await server.ask("diff", path=PATH, to=head)
    change = told["cells"][0]["cell"]
    assert "id" not in change["after"]
    assert [units(key) for key in change["metadata"]] == [254]
    commit = await server.ask("commit", hash=head)
    assert (units(commit["message"]), commit["cut"]) == (65_536, True)
    assert units(commit["row"]["subject"]) == 300


async def test_the_routes_are_for_the_servers_own_people(
    server: Server, http_server_client: Any, jp_base_url: str
) -> None:
    for name in ("commit", "diff", "cell", "blob", "blame", "cell-history"):
        url = url_path_join(jp_base_url, "commons", "git", name)
        with pytest.raises(HTTPClientError) as refused:
            await http_server_client.fetch(url)
        assert refused.value.code == 403
