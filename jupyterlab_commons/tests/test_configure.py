"""`configure(c)` adds to a hub's configuration and replaces nothing of it."""

from __future__ import annotations

import copy
import os
import sys
from typing import Any

import pytest
from traitlets import Dict, List
from traitlets.config import Config, LoggingConfigurable

from jupyterlab_commons.hub import ConfigureError, configure
from jupyterlab_commons.hub.configure import SCOPES


class JupyterHub(LoggingConfigurable):
    services: List[Any] = List().tag(config=True)
    load_roles = List([{"name": "a default"}]).tag(config=True)


class Spawner(LoggingConfigurable):
    environment = Dict().tag(config=True)


class KubeSpawner(Spawner):
    pass


def hub(c: Config) -> Any:
    """What JupyterHub makes of the configuration."""
    return JupyterHub(config=copy.deepcopy(c))


def service(c: Config, name: str = "commons") -> dict[str, Any]:
    found = [s for s in hub(c).services if s["name"] == name]
    assert len(found) == 1
    only: dict[str, Any] = found[0]
    return only


def environment(c: Config, spawner: type[Spawner] = Spawner) -> dict[str, str]:
    values: dict[str, str] = spawner(config=copy.deepcopy(c)).environment
    return values


def test_two_lines_are_enough() -> None:
    c = Config()
    configure(c)
    added = service(c)
    assert added["command"] == [sys.executable, "-m", "jupyterlab_commons.hub.launcher"]
    assert added["url"] == "http://127.0.0.1:8765"
    assert added["environment"]["COMMONS_DATA_DIR"] == os.path.abspath(
        "jupyterhub-commons"
    )
    assert environment(c) == {
        "COMMONS_URL": "http://127.0.0.1:8765/services/commons/",
        "COMMONS_PUBLIC_URL": "/services/commons/",
    }
    assert hub(c).load_roles[0] == {"name": "a default"}


def test_the_service_may_read_four_things_and_nothing_else() -> None:
    c = Config()
    configure(c)
    role = hub(c).load_roles[-1]
    assert role["services"] == ["commons"]
    assert role["scopes"] == sorted(SCOPES)
    assert role["scopes"] == [
        "list:users",
        "read:servers",
        "read:users:groups",
        "read:users:name",
    ]
    assert not {"users", "groups", "tokens"} & set(role)
    assert "admin" not in service(c)
    assert "oauth_client_allowed_scopes" not in service(c)


def test_a_directory_is_a_setting_and_no_further_right() -> None:
    c = Config()
    configure(c, directory=True)
    assert hub(c).load_roles[-1]["scopes"] == sorted(SCOPES)
    assert service(c)["environment"]["COMMONS_DIRECTORY"] == "1"


def test_plain_values_are_kept() -> None:
    c = Config()
    services = [{"name": "cull", "command": ["x"]}]
    roles = [{"name": "user", "scopes": ["self"]}]
    c.JupyterHub.services = services
    c.JupyterHub.load_roles = roles
    c.Spawner.environment = {"A": "1"}
    configure(c)
    assert [s["name"] for s in hub(c).services] == ["cull", "commons"]
    assert hub(c).load_roles[0] == {"name": "user", "scopes": ["self"]}
    assert environment(c)["A"] == "1"
    assert (len(services), len(roles)) == (1, 1)


def test_values_that_are_added_later_are_kept() -> None:
    c = Config()
    c.JupyterHub.services.append({"name": "before"})
    c.JupyterHub.services.prepend([{"name": "first"}])
    c.Spawner.environment.update({"A": "1"})
    configure(c)
    c.JupyterHub.services.append({"name": "after"})
    c.Spawner.environment.update({"B": "2"})
    names = [s["name"] for s in hub(c).services]
    assert names == ["first", "before", "commons", "after"]
    assert set(environment(c)) == {"A", "B", "COMMONS_URL", "COMMONS_PUBLIC_URL"}


def test_each_spawner_that_sets_its_own_environment_gets_ours() -> None:
    c = Config()
    c.Spawner.environment = {"A": "1"}
    c.KubeSpawner.environment = {"B": "2"}
    c.DockerSpawner.image = "x"
    configure(c)
    assert environment(c, KubeSpawner)["COMMONS_URL"].startswith("http://127")
    assert environment(c, KubeSpawner)["B"] == "2"
    assert "environment" not in c.DockerSpawner


@pytest.mark.parametrize("lazy", [True, False])
def test_calling_it_again_replaces_only_its_own(lazy: bool) -> None:  # noqa: FBT001
    c = Config()
    if not lazy:
        c.JupyterHub.services = []
        c.JupyterHub.load_roles = []
        c.Spawner.environment = {}
    configure(c)
    configure(c, port=9000, directory=True)
    assert service(c)["url"] == "http://127.0.0.1:9000"
    assert environment(c)["COMMONS_URL"] == "http://127.0.0.1:9000/services/commons/"
    ours = [r for r in hub(c).load_roles if r["name"].startswith("commons")]
    assert [r["scopes"] for r in ours] == [sorted(SCOPES)]


@pytest.mark.parametrize(
    ("setting", "value", "path"),
    [
        ("base_url", "/jhub/", "/jhub/services/commons/"),
        ("base_url", "jhub", "/jhub/services/commons/"),
        ("bind_url", "http://:8000/a/b", "/a/b/services/commons/"),
        ("bind_url", "http://:8000", "/services/commons/"),
    ],
)
def test_the_path_of_the_hub_is_in_the_addresses(
    setting: str, value: str, path: str
) -> None:
    c = Config()
    c.JupyterHub[setting] = value
    configure(c)
    assert environment(c) == {
        "COMMONS_URL": f"http://127.0.0.1:8765{path}",
        "COMMONS_PUBLIC_URL": path,
    }


@pytest.mark.parametrize(
    ("version", "hook", "host"),
    [
        ((6, 1, 1, "", ""), None, "commons--service.h.org"),
        ((5, 0, 0, "", ""), None, "commons--service.h.org"),
        ((5, 0, 0, "", ""), "idna", "commons--service.h.org"),
        ((5, 0, 0, "", ""), "legacy", "services.h.org"),
        ((4, 1, 6, "", ""), None, "services.h.org"),
        ((4, 1, 6, "", ""), "idna", "services.h.org"),
    ],
)
def test_with_a_domain_for_each_user(
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int | str, ...],
    hook: str | None,
    host: str,
) -> None:
    monkeypatch.setattr("jupyterhub.version_info", version)
    c = Config()
    c.JupyterHub.subdomain_host = "https://h.org"
    if hook is not None:
        c.JupyterHub.subdomain_hook = hook
    configure(c)
    assert environment(c)["COMMONS_PUBLIC_URL"] == f"https://{host}/services/commons/"


def test_a_hook_of_the_admins_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyterhub.version_info", (5, 0, 0, "", ""))
    c = Config()
    c.JupyterHub.subdomain_host = "https://h.org"
    c.JupyterHub.subdomain_hook = lambda *_: "x.h.org"
    with pytest.raises(ConfigureError, match="public_url="):
        configure(c)
    configure(c, public_url="https://x.h.org/services/commons")
    assert environment(c)["COMMONS_PUBLIC_URL"] == "https://x.h.org/services/commons/"


def test_containers_reach_it_by_name() -> None:
    c = Config()
    configure(c, url="http://hub:8765/", origins=["https://a.org"])
    assert service(c)["url"] == "http://hub:8765"
    assert environment(c)["COMMONS_URL"] == "http://hub:8765/services/commons/"
    assert service(c)["environment"]["COMMONS_ORIGINS"] == "https://a.org"
    configure(c, url="http://hub:8765", server_url="https://h.org/services/commons")
    assert environment(c)["COMMONS_URL"] == "https://h.org/services/commons/"


@pytest.mark.parametrize(
    "url", ["hub:8765", "http://hub:8765/x", "ftp://hub", "http://"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigureError, match="address without a path"):
        configure(Config(), url=url)


class TestExternal:
    def test_needs_address_and_token(self) -> None:
        with pytest.raises(ConfigureError, match="api_token="):
            configure(Config(), external=True, url="http://commons:8765")

    def test_is_not_started_by_the_hub(self) -> None:
        c = Config()
        configure(c, external=True, url="http://commons:8765", api_token="0123456789")
        assert "command" not in service(c)
        assert "environment" not in service(c)
        assert service(c)["api_token"] == "0123456789"
        assert environment(c)["COMMONS_URL"] == "http://commons:8765/services/commons/"

    def test_joins_the_service_that_stands_there(self) -> None:
        c = Config()
        c.JupyterHub.services = [
            {"name": "commons", "url": "http://c:1", "api_token": "t", "admin": False}
        ]
        configure(c, external=True)
        assert service(c)["url"] == "http://c:1"
        assert service(c)["admin"] is False
        assert environment(c)["COMMONS_URL"] == "http://c:1/services/commons/"
        configure(c, external=True)
        assert service(c)["api_token"] == "t"


def test_a_service_of_somebody_else_is_left_alone() -> None:
    c = Config()
    c.JupyterHub.services = [{"name": "commons", "command": ["theirs"]}]
    with pytest.raises(ConfigureError, match="Choose another name"):
        configure(c)
    with pytest.raises(ConfigureError, match="Choose another name"):
        configure(c, external=True, url="http://c:1", api_token="t")
    assert hub(c).services == [{"name": "commons", "command": ["theirs"]}]
    configure(c, name="commons2")
    assert environment(c)["COMMONS_PUBLIC_URL"] == "/services/commons2/"


def test_tls_between_hub_and_service_is_refused_in_words() -> None:
    c = Config()
    c.JupyterHub.internal_ssl = True
    with pytest.raises(ConfigureError, match="external=True"):
        configure(c)


class TestUnsafeScopes:
    """The own-server rule falls with these; nothing is added then."""

    @pytest.mark.parametrize(
        "scope",
        [
            "access:servers",
            "access:servers!user",
            "access:servers!user=bob",
            "access:servers!group=x",
            "access:servers!server=bob/",
            "inherit",
            "self",
            "all",
        ],
    )
    def test_of_a_list(self, scope: str) -> None:
        c = Config()
        c.KubeSpawner.oauth_client_allowed_scopes = ["read:users:name", scope]
        with pytest.raises(ConfigureError, match="could act as every visitor") as why:
            configure(c)
        assert scope in str(why.value)
        assert "services" not in c.JupyterHub

    def test_of_a_list_that_is_added_to(self) -> None:
        c = Config()
        c.Spawner.oauth_client_allowed_scopes.append("access:servers")
        with pytest.raises(ConfigureError, match=r"c\.Spawner\.oauth_client"):
            configure(c)

    def test_of_a_function(self) -> None:
        c = Config()
        c.Spawner.oauth_client_allowed_scopes = lambda _: []
        with pytest.raises(ConfigureError, match="Write a list instead"):
            configure(c)

    def test_of_roles(self) -> None:
        c = Config()
        c.Spawner.oauth_roles = ["user"]
        with pytest.raises(ConfigureError, match="oauth_roles"):
            configure(c)

    @pytest.mark.parametrize("scopes", [["access:servers"], lambda _: []])
    def test_of_a_group(self, scopes: object) -> None:
        c = Config()
        c.Spawner.group_overrides = {
            "gpu": {
                "groups": ["gpu"],
                "spawner_override": {"oauth_client_allowed_scopes": scopes},
            }
        }
        with pytest.raises(ConfigureError, match="group_overrides"):
            configure(c)

    def test_what_is_safe(self) -> None:
        c = Config()
        c.Spawner.oauth_client_allowed_scopes = [
            "access:servers!server",
            "read:users:groups",
            "custom:gpu:use!server",
        ]
        configure(c)
        assert service(c)
