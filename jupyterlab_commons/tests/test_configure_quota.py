"""`configure(c, quota=True)` adds one right, one secret and one hook, and no more."""

from __future__ import annotations

import copy
import json
import os
import re
from typing import Any

import pytest
from traitlets import Any as AnyTrait
from traitlets.config import Config

from jupyterlab_commons.hub import ConfigureError, configure
from jupyterlab_commons.hub.configure import QUOTA_SCOPES, SCOPES
from jupyterlab_commons.hub.spawn_hook import SpawnHook

from .test_configure import Spawner as PlainSpawner
from .test_configure import hub, service


class Spawner(PlainSpawner):
    """As the hub's: its hook is the configured one."""

    pre_spawn_hook = AnyTrait().tag(config=True)


class KubeSpawner(Spawner):
    pass


def role(c: Config) -> dict[str, Any]:
    found: dict[str, Any] = hub(c).load_roles[-1]
    return found


def hook(c: Config, spawner: type[Spawner] = Spawner) -> Any:
    return spawner(config=copy.deepcopy(c)).pre_spawn_hook


def theirs(spawner: object) -> None:
    """A hook of the admin's."""


def others(spawner: object) -> None:
    """Another one."""


def test_the_role_gets_these_scopes_and_nothing_else() -> None:
    c = Config()
    configure(c, quota=True)
    assert role(c)["scopes"] == [
        "delete:servers",
        "list:users",
        "read:servers",
        "read:users:groups",
        "read:users:name",
    ]
    # One right changes something; the others only read.
    changing = [s for s in role(c)["scopes"] if not re.match("(read|list):", s)]
    assert changing == ["delete:servers"]
    assert not {"users", "groups", "tokens"} & set(role(c))
    assert "admin" not in service(c)
    assert sorted({*SCOPES, *QUOTA_SCOPES}) == role(c)["scopes"]


def test_group_admins_may_open_the_page_and_nothing_else() -> None:
    c = Config()
    configure(c, group_admins={"lab": ["carol", "@leads"], "b": ["carol"]})
    roles = {r["name"]: r for r in hub(c).load_roles}
    assert roles["commons-group-admins"]["scopes"] == [
        "access:services!service=commons"
    ]
    assert roles["commons-group-admins"]["users"] == ["carol"]
    assert roles["commons-group-admins"]["groups"] == ["leads"]
    told = service(c)["environment"]["COMMONS_GROUP_ADMINS"]
    assert json.loads(told) == {"lab": ["carol", "@leads"], "b": ["carol"]}
    configure(c, group_admins={"lab": ["dora"]})
    roles = {r["name"]: r for r in hub(c).load_roles}
    assert roles["commons-group-admins"]["users"] == ["dora"]
    assert len([r for r in hub(c).load_roles if "commons" in r["name"]]) == 2


def test_without_it_nothing_is_added() -> None:
    c = Config()
    configure(c)
    assert role(c)["scopes"] == sorted(SCOPES)
    assert "COMMONS_HOOK_TOKEN" not in service(c)["environment"]
    assert hook(c) is None


def test_taken_back_it_leaves_everything_as_it_was() -> None:
    c = Config()
    c.KubeSpawner.pre_spawn_hook = theirs
    configure(c, quota=True, quota_file="a.yaml")
    configure(c)
    assert role(c)["scopes"] == sorted(SCOPES)
    assert not {"COMMONS_HOOK_TOKEN", "COMMONS_QUOTA_FILE"} & set(
        service(c)["environment"]
    )
    assert hook(c) is None
    assert hook(c, KubeSpawner) is theirs


def test_hook_and_companion_share_a_new_secret_each_time() -> None:
    secrets = []
    for _ in range(2):
        c = Config()
        configure(c, quota=True)
        token = service(c)["environment"]["COMMONS_HOOK_TOKEN"]
        assert len(token) == 64
        assert hook(c).asker._token == token
        secrets.append(token)
    assert secrets[0] != secrets[1]


def test_users_servers_are_not_told_the_secret() -> None:
    c = Config()
    configure(c, quota=True)
    token = service(c)["environment"]["COMMONS_HOOK_TOKEN"]
    assert token not in str(Spawner(config=copy.deepcopy(c)).environment)
    assert token not in repr(hook(c))


def test_the_hook_asks_where_the_companion_is() -> None:
    c = Config()
    c.JupyterHub.base_url = "/jhub/"
    configure(c, quota=True, url="http://hub:9000", name="team")
    assert hook(c).asker._url == "http://hub:9000/jhub/services/team/"


def test_hooks_that_are_there_are_kept_in_each_section() -> None:
    c = Config()
    c.Spawner.pre_spawn_hook = theirs
    c.KubeSpawner.pre_spawn_hook = others
    configure(c, quota=True, fail="closed")
    assert (hook(c).before, hook(c, KubeSpawner).before) == (theirs, others)
    assert {hook(c).fail, hook(c, KubeSpawner).fail} == {"closed"}
    # Copied with the configuration, they still remember in one place.
    assert hook(c).asker is hook(c, KubeSpawner).asker


def test_a_section_that_sets_none_is_left_alone() -> None:
    c = Config()
    c.KubeSpawner.image = "x"
    configure(c, quota=True)
    assert "pre_spawn_hook" not in c.KubeSpawner
    assert isinstance(hook(c, KubeSpawner), SpawnHook)


def test_called_twice_it_stands_there_once() -> None:
    c = Config()
    c.Spawner.pre_spawn_hook = theirs
    configure(c, quota=True)
    first = service(c)["environment"]["COMMONS_HOOK_TOKEN"]
    configure(c, quota=True, fail="closed")
    assert hook(c).before is theirs
    assert hook(c).asker._token == service(c)["environment"]["COMMONS_HOOK_TOKEN"]
    assert first != service(c)["environment"]["COMMONS_HOOK_TOKEN"]
    names = [role["name"] for role in hub(c).load_roles]
    assert names.count("commons-companion-reads") == 1


def test_a_hook_that_was_only_looked_at_is_none() -> None:
    c = Config()
    assert c.Spawner.pre_spawn_hook is not None
    configure(c, quota=True)
    assert hook(c).before is None


def test_the_file_of_policies_is_found_from_everywhere() -> None:
    c = Config()
    configure(c, quota=True, quota_file="quota.yaml")
    place = service(c)["environment"]["COMMONS_QUOTA_FILE"]
    assert place == os.path.abspath("quota.yaml")


def test_outside_of_the_hub_the_admin_gives_the_secret() -> None:
    c = Config()
    outside: dict[str, Any] = {
        "external": True,
        "url": "http://c:1",
        "api_token": "0123456789",
    }
    with pytest.raises(ConfigureError, match="hook_token="):
        configure(c, quota=True, **outside)
    with pytest.raises(ConfigureError, match="hook_token="):
        configure(c, quota=True, hook_token="short", **outside)
    with pytest.raises(ConfigureError, match="COMMONS_QUOTA_FILE"):
        configure(c, quota=True, hook_token="x" * 32, quota_file="q", **outside)
    assert "services" not in c.JupyterHub
    assert hook(c) is None
    configure(c, quota=True, hook_token="x" * 32, **outside)
    assert hook(c).asker._token == "x" * 32
    assert "environment" not in service(c)
    assert "delete:servers" in role(c)["scopes"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quota_file": "q"}, "quota=True"),
        ({"hook_token": "x" * 32}, "quota=True"),
        ({"fail": "closed"}, "quota=True"),
        ({"quota": True, "fail": "ajar"}, "'open' or 'closed'"),
    ],
)
def test_what_cannot_be_meant_is_said(options: dict[str, Any], said: str) -> None:
    c = Config()
    with pytest.raises(ConfigureError, match=said):
        configure(c, **options)
    assert "services" not in c.JupyterHub


def test_a_hook_that_cannot_be_called_is_said() -> None:
    c = Config()
    c.KubeSpawner.pre_spawn_hook = "my.hook"
    with pytest.raises(ConfigureError, match=r"c\.KubeSpawner\.pre_spawn_hook"):
        configure(c, quota=True)
