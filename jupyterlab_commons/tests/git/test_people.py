"""Who can be proposed as a co-author, and by which e-mail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.utils import url_path_join
from tornado.httpclient import HTTPClientError

from jupyterlab_commons.git.hub_people import HubPeople
from jupyterlab_commons.git.people import Person, with_co_authors
from jupyterlab_commons.git.routes import handlers

FIXTURES = Path(__file__).parents[3] / "protocol/fixtures"
TEMPLATE = "{username}@hub.example.org"


def people(template: str = TEMPLATE) -> HubPeople:
    return HubPeople({"COMMONS_EMAIL_TEMPLATE": template, "JUPYTERHUB_USER": "ana"})


def users_told(users: list[str], template: str = TEMPLATE) -> list[str]:
    return [each["user"] for each in people(template).told(users)]


def test_the_admins_template_names_each_person_once_and_not_whoever_asks() -> None:
    assert {"people": people().told(["bo", "ana", "Zoë", "bo"])} == json.loads(
        (FIXTURES / "git-people.json").read_text("utf-8")
    )


@pytest.mark.parametrize("template", ["", "team@example.org"])
def test_without_a_template_for_everybody_nobody_is_guessed(template: str) -> None:
    assert users_told(["bo"], template) == []


@pytest.mark.parametrize(
    "user",
    [
        "",
        " bo",
        "bo ",
        "a b",
        "bo\nCo-authored-by: Eve <eve@evil.example>",
        "bo\rx",
        "bo>",
        "<bo",
        "bo\0",
        "bo\u2028x",
        "bo\u202eob",
        "bo@elsewhere.example",
        "b" * 250,
    ],
)
def test_a_name_that_cannot_stand_in_a_trailer_is_left_out(user: str) -> None:
    told = people().told([user, "eve"])
    assert [each["user"] for each in told] == ["eve"]
    author = Person("Ana", "ana@example.org")
    others = [Person(each["name"], each["email"]) for each in told]
    message = with_co_authors("Plot\n", author, others)
    assert message == "Plot\n\nCo-authored-by: eve <eve@hub.example.org>\n"


def test_users_who_are_named_by_their_e_mail_are_found_by_a_template_that_says_so() -> (
    None
):
    assert people("{username}").told(["bo@example.org"]) == [
        {
            "user": "bo@example.org",
            "name": "bo@example.org",
            "email": "bo@example.org",
            "source": "template",
        }
    ]


@pytest.fixture
def ask(jp_serverapp: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("JUPYTERHUB_USER", "ana")
    monkeypatch.setenv("COMMONS_EMAIL_TEMPLATE", TEMPLATE)
    app = jp_serverapp.web_app
    base = app.settings["base_url"]
    app.add_handlers(".*$", [(url_path_join(base, p), h) for p, h in handlers()])

    async def fetch(query: str) -> dict[str, Any]:
        path = ("commons", "git", "people")
        try:
            answer = await jp_fetch(*path, params=query)
        except HTTPClientError as refusal:
            assert refusal.response is not None
            answer = refusal.response
        told: dict[str, Any] = json.loads(answer.body)
        return told

    return fetch


async def test_the_route_answers_what_typescript_reads(ask: Any) -> None:
    wanted = json.loads((FIXTURES / "git-people.json").read_text("utf-8"))
    query = [("user", "bo"), ("user", "Zoë"), ("user", "ana"), ("user", "x\ny")]
    assert await ask(query) == wanted
    assert await ask([]) == {"people": []}


@pytest.mark.parametrize("users", [["u"] * 201, ["u" * 256]])
async def test_what_is_too_much_is_refused(ask: Any, users: list[str]) -> None:
    told = await ask([("user", user) for user in users])
    assert told["error"]["code"] == "BAD_REQUEST"
