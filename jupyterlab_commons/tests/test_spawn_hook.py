"""Before a server starts the hub asks the companion, and never waits for long."""

from __future__ import annotations

import asyncio
import concurrent.futures
import copy
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, HTTPError, RequestHandler

from jupyterlab_commons.hub import spawn_hook
from jupyterlab_commons.hub.companion_asker import CompanionAsker, UnaskedError
from jupyterlab_commons.hub.spawn_hook import NOT_NOW, SpawnHook

FIXTURES = Path(__file__).parents[2] / "protocol" / "fixtures"
TOKEN = "t" * 32

# Hubs before 6 have none, and show what an HTTPError carries.
SpawnException: Any = getattr(
    pytest.importorskip("jupyterhub.spawner"), "SpawnException", None
)


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text("utf8"))


@dataclass
class Companion:
    """Answers as told, over real HTTP."""

    status: int = 200
    """Who is told of as let in unasked, and refused for it with 400 or 413."""
    unreadable: dict[str, int] = field(default_factory=dict)
    body: bytes = b'{"allowed": true, "message": ""}'
    """How many calls are answered with 503 first, as while it is started again."""
    starting: int = 0
    """Calls are held until this is set."""
    hold: asyncio.Event | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/commons/"

    def says(self, name: str) -> None:
        self.body = (FIXTURES / name).read_bytes()


class Desk(RequestHandler):
    def initialize(self, companion: Companion) -> None:
        self.companion = companion

    async def post(self, path: str) -> None:
        companion = self.companion
        if companion.hold is not None:
            await companion.hold.wait()
        if companion.starting > 0:
            companion.starting -= 1
            self.set_status(503)
            return
        companion.asked.append((path, json.loads(self.request.body)))
        companion.tokens.add(self.request.headers["Authorization"])
        if path == "api/spawn/unasked":
            starts = companion.asked[-1][1]["starts"]
            codes = [companion.unreadable.get(start["user"], 204) for start in starts]
            self.set_status(max(codes))
            return
        self.set_status(companion.status)
        if companion.status == 302:
            self.set_header("Location", f"http://127.0.0.1:{companion.port}/x/a")
        self.finish(companion.body)


@pytest.fixture
async def companion() -> AsyncIterator[Companion]:
    made = Companion()
    socket, made.port = bind_unused_port()
    routes = [(r"/services/commons/(.+)", Desk, {"companion": made})]
    server = HTTPServer(Application(routes))
    server.add_socket(socket)
    yield made
    if made.hold is not None:
        made.hold.set()
    server.stop()
    await server.close_all_connections()


def spawner(**options: Any) -> Any:
    user = SimpleNamespace(
        name="ada", groups=[SimpleNamespace(name="lab")], settings={}
    )
    return SimpleNamespace(
        user=user, name="gpu", user_options=options, log=logging.getLogger("hub")
    )


def asker_of(companion: Companion, timeout_seconds: float = 10) -> CompanionAsker:
    return CompanionAsker(
        companion.url, TOKEN, timeout_seconds=timeout_seconds, tell_seconds=0.01
    )


def hook_of(companion: Companion, **options: Any) -> SpawnHook:
    asker = asker_of(companion, options.pop("timeout_seconds", 10))
    return SpawnHook(asker, **{"fail": "open", "before": None, **options})


def message_of(refusal: Any) -> str:
    """What the hub shows to people."""
    if SpawnException is None:
        return str(refusal.jupyterhub_message)
    return str(refusal.message)


async def test_it_asks_with_its_secret_and_the_groups_of_the_hub(
    companion: Companion,
) -> None:
    await hook_of(companion)(spawner(profile="a100", image=["torch"]))
    assert companion.asked == [("api/spawn", fixture("spawn-question.json"))]
    assert companion.tokens == {f"token {TOKEN}"}


@pytest.mark.skipif(SpawnException is None, reason="a hub before 6")
async def test_a_refusal_is_shown_as_a_policy_on_hubs_from_6_on(
    companion: Companion,
) -> None:
    companion.says("spawn-answer.json")
    with pytest.raises(SpawnException) as refused:
        await hook_of(companion)(spawner())
    assert refused.value.status_code == 403
    assert refused.value.reason == "quota"
    assert refused.value.message == fixture("spawn-answer.json")["message"]


async def test_a_refusal_on_hubs_before_6_is_shown_and_does_not_end_the_hub(
    companion: Companion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn_hook, "_policy_failure", lambda: None)
    answer = {"allowed": False, "message": "<b>100 %</b> & more"}
    companion.body = json.dumps(answer).encode()
    asked = spawner()
    # As in the hub: handlers have the application's settings, users what it copied.
    asked.handler = SimpleNamespace(
        settings=Application(**asked.user.settings).settings
    )
    with pytest.raises(HTTPError) as refused:
        await hook_of(companion)(asked)
    error: Any = refused.value
    assert error.status_code == 403
    assert error.jupyterhub_message == "<b>100 %</b> & more"
    assert error.jupyterhub_html_message == "<p>&lt;b&gt;100 %&lt;/b&gt; &amp; more</p>"
    # Hubs set a reason, and before 5 the page shows that in place of the message.
    error.reason = "error"
    assert not error.reason
    assert error.log_message % error.args == "<b>100 %</b> & more"
    # The hub adds one for every start that ends so, and ends itself at a limit.
    assert asked.handler.settings["failure_count"] == -1


def after(results: list[str]) -> list[tuple[str, Callable[[Any], Any]]]:
    def plain(asked: Any) -> None:
        results.append(asked.name)

    async def later(asked: Any) -> None:
        await asyncio.sleep(0)
        results.append(asked.name)

    def pooled(asked: Any) -> concurrent.futures.Future[None]:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            return pool.submit(plain, asked)

    return [("plain", plain), ("async", later), ("future", pooled)]


@pytest.mark.parametrize("kind", ["plain", "async", "future"])
async def test_the_hook_that_was_there_runs_after_it_unless_refused(
    companion: Companion, kind: str
) -> None:
    results: list[str] = []
    hook = hook_of(companion, before=dict(after(results))[kind])
    await hook(spawner())
    assert results == ["gpu"]
    companion.says("spawn-answer.json")
    with pytest.raises(HTTPError):
        await hook(spawner())
    assert results == ["gpu"]


async def test_the_hook_of_a_spawner_class_runs_too(companion: Companion) -> None:
    results: list[str] = []
    asked = spawner()
    asked.trait_defaults = lambda name: {
        "pre_spawn_hook": lambda it: results.append(it.name)
    }[name]
    await hook_of(companion)(asked)
    assert results == ["gpu"]


async def slow(companion: Companion) -> str:
    companion.hold = asyncio.Event()
    return "no answer within 0.2 s"


async def refusing(companion: Companion) -> str:
    companion.status = 401
    return "the companion answers 401"


async def absent(companion: Companion) -> str:
    # Nobody listens at a port that was just given back.
    socket, companion.port = bind_unused_port()
    socket.close()
    return "no answer within 0.2 s"


async def garbage(companion: Companion) -> str:
    companion.body = b'{"allowed": "yes", "message": 1}'
    return "the answer cannot be read"


async def no_json(companion: Companion) -> str:
    companion.body = b"<html>\xff"
    return "the answer cannot be read"


async def endless(companion: Companion) -> str:
    companion.body = b'{"allowed": true}' + b" " * 70_000
    return ""


async def elsewhere(companion: Companion) -> str:
    companion.status = 302
    return "the companion answers 302"


# Only who answers nothing makes the hook give up by time.
PATIENCE: dict[Any, float] = {slow: 0.2, absent: 0.2, endless: 0.2}
AWAY = [slow, refusing, absent, garbage, no_json, endless, elsewhere]


@pytest.mark.parametrize("away", AWAY)
async def test_open_a_server_starts_when_nobody_can_say_and_it_is_told_later(
    companion: Companion,
    away: Callable[[Companion], Awaitable[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = companion.port
    reason = await away(companion)
    hook = hook_of(companion, timeout_seconds=PATIENCE.get(away, 30))
    await hook(spawner())
    assert "the server starts, since configure(c, fail='open')" in caplog.text
    assert reason in caplog.text
    # The companion is back; the same asker tells it.
    if companion.hold is not None:
        companion.hold.set()
    hook.asker._url = f"http://127.0.0.1:{port}/services/commons/"
    hook.asker._timeout = 10
    await asyncio.wait_for(hook.asker.told(), 30)
    ((start,),) = [
        body["starts"] for path, body in companion.asked if path == "api/spawn/unasked"
    ]
    assert (start["user"], start["server"]) == ("ada", "gpu")
    assert reason in start["reason"]
    assert set(start) == set(fixture("unasked-starts.json")["starts"][0])


@pytest.mark.parametrize("away", AWAY)
async def test_closed_no_server_starts_when_nobody_can_say(
    companion: Companion, away: Callable[[Companion], Awaitable[str]]
) -> None:
    await away(companion)
    results: list[str] = []
    hook = hook_of(companion, fail="closed", timeout_seconds=0.2, before=results.append)
    with pytest.raises(HTTPError) as refused:
        await hook(spawner())
    assert (refused.value.status_code, message_of(refused.value)) == (503, NOT_NOW)
    assert results == []


async def test_a_companion_that_is_being_started_again_is_waited_for(
    companion: Companion,
) -> None:
    companion.starting = 2
    companion.says("spawn-answer.json")
    with pytest.raises(HTTPError):
        await hook_of(companion)(spawner())


async def test_the_loop_of_the_hub_goes_on_while_it_waits(
    companion: Companion,
) -> None:
    companion.hold = asyncio.Event()
    hundred = [asyncio.ensure_future(hook_of(companion)(spawner())) for _ in range(100)]
    turns = 0
    while turns < 1000:
        await asyncio.sleep(0)
        turns += 1
    assert not any(task.done() for task in hundred)
    companion.hold.set()
    await asyncio.gather(*hundred)
    assert len(companion.asked) == 100


async def test_what_is_remembered_is_bounded_and_told_in_order(
    companion: Companion,
) -> None:
    asker = asker_of(companion)
    for number in range(1200):
        asker.remember_unasked(f"u{number}", "", "x\n" * 300)
    await asyncio.wait_for(asker.told(), 30)
    ((_, body),) = companion.asked
    assert [start["user"] for start in body["starts"]][0::999] == ["u200", "u1199"]
    assert len(body["starts"][0]["reason"]) == 200
    assert "\n" not in body["starts"][0]["reason"]


async def test_copies_of_the_configuration_share_what_is_remembered(
    companion: Companion,
) -> None:
    hook = hook_of(companion)
    assert copy.deepcopy(hook) is hook
    assert TOKEN not in repr(hook)


async def test_unasked_is_said_for_every_reason() -> None:
    with pytest.raises(UnaskedError):
        await CompanionAsker("http://[::bad", TOKEN).ask({})


@pytest.mark.parametrize("fail", ["open", "closed"])
async def test_a_start_that_hides_its_profile_is_refused_before_anybody_is_asked(
    companion: Companion, fail: str
) -> None:
    results: list[str] = []
    hook = hook_of(companion, fail=fail, before=results.append)
    junk = {f"k{number}": "x" for number in range(50)}
    with pytest.raises(HTTPError) as refused:
        await hook(spawner(**junk, profile="a100"))
    assert refused.value.status_code == 400
    assert "too many options" in message_of(refused.value)
    assert (results, companion.asked) == ([], [])


@pytest.mark.parametrize("status", [400, 413])
async def test_a_question_that_the_companion_cannot_read_is_refused_with_words(
    companion: Companion, status: int
) -> None:
    companion.status = status
    companion.body = b'{"error": {"detail": "options.x: <a text>"}}'
    hook = hook_of(companion)
    with pytest.raises(HTTPError) as refused:
        await hook(spawner())
    assert refused.value.status_code == 400
    assert "cannot be read (options.x: <a text>)" in message_of(refused.value)
    companion.body = b"[]"
    with pytest.raises(HTTPError) as again:
        await hook(spawner())
    assert str(status) in message_of(again.value)
    await hook.asker.told()
    assert {path for path, _ in companion.asked} == {"api/spawn"}


@pytest.mark.parametrize("status", [400, 413])
async def test_what_cannot_be_told_is_dropped_and_the_rest_is_told(
    companion: Companion, status: int
) -> None:
    companion.unreadable = {"u3": status}
    asker = asker_of(companion)
    for number in range(8):
        asker.remember_unasked(f"u{number}", "", "\N{GRINNING FACE}" * 200)
    await asyncio.wait_for(asker.told(), 30)
    users = [[start["user"] for start in body["starts"]] for _, body in companion.asked]
    told = [user for batch in users if "u3" not in batch for user in batch]
    assert sorted(told) == [f"u{number}" for number in range(8) if number != 3]
    reason = companion.asked[0][1]["starts"][0]["reason"]
    assert reason == "\N{GRINNING FACE}" * 100
