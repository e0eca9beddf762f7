"""`configure(c)`, the last line of jupyterhub_config.py, adds the companion."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from .companion_asker import CompanionAsker
from .config_values import (
    append_item,
    entries_of,
    items_of,
    section_names,
    update_entries,
    value_of,
)
from .group_admins import GROUP_ADMINS, ROLE_END, role_of, setting_of
from .hooks import bad_hooks, chain_hooks, unchain_hooks
from .hub_version import hub_is_before
from .unsafe import unsafe_scopes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from traitlets.config import Config

    from .spawn_hook import Fail

DEFAULT_PORT = 8765
DEFAULT_DATA_DIR = "jupyterhub-commons"
LAUNCHER = "jupyterlab_commons.hub.launcher"

# Who is there, in which groups, and which servers run since when and of which
# profile? Nothing that opens a server, reads a token or changes anything.
SCOPES = ("list:users", "read:servers", "read:users:groups", "read:users:name")
QUOTA_SCOPES = ("delete:servers",)

HOOK_TOKEN = "COMMONS_HOOK_TOKEN"  # noqa: S105
QUOTA_FILE = "COMMONS_QUOTA_FILE"
LEAST_TOKEN_CHARS = 16

# How our own entries are told from the admin's.
MARK = {"made_by": "jupyterlab_commons"}


class ConfigureError(Exception):
    """Its message says what to write instead."""


@dataclass(frozen=True)
class Addition:
    """What `configure` puts into the configuration, and `check` looks for."""

    service: dict[str, Any]
    role: dict[str, Any]
    spawner_environment: dict[str, str] = field(default_factory=dict)


def configure(
    c: Config,
    *,
    name: str = "commons",
    port: int = DEFAULT_PORT,
    data_dir: str | os.PathLike[str] | None = None,
    url: str | None = None,
    external: bool = False,
    api_token: str | None = None,
    server_url: str | None = None,
    public_url: str | None = None,
    origins: Sequence[str] = (),
    directory: bool = False,
    quota: bool = False,
    quota_file: str | os.PathLike[str] | None = None,
    fail: Fail = "open",
    hook_token: str | None = None,
    group_admins: Mapping[str, Sequence[str]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Add service, role and spawner environment; call it last.

    Nothing that is already configured is replaced, and calling it again
    replaces only what an earlier call added.

    - `name`: of the service; it is then reached at `/services/<name>/`.
    - `port`: on 127.0.0.1, where the companion listens.
    - `data_dir`: on a local disk; default `jupyterhub-commons` in the hub's
      working directory.
    - `url`: where the proxy reaches the companion, when 127.0.0.1 will not do
      (`http://hub:8765` where users' servers are containers).
    - `external`: the companion is run by somebody else than the hub, at `url`,
      with the service token `api_token`.
    - `server_url`: where users' servers reach the companion, when not at `url`.
    - `public_url`: where browsers reach it, when not below the hub's own address.
    - `origins`: further origins whose pages may call the companion.
    - `directory`: people can be found by typing part of their name.
    - `quota`: count what servers take, and refuse and stop servers as the policies
      say. The role gets what `QUOTA_SCOPES` names; a `pre_spawn_hook` that is set
      already runs after ours.
    - `quota_file`: the policies; without it everything is counted and nobody refused.
    - `fail`: `open` starts a server when the companion does not answer within two
      seconds, `closed` does not.
    - `hook_token`: the secret of the hook, when the companion is `external`; it must
      be told the same one as `COMMONS_HOOK_TOKEN`. Otherwise one is made up.
    - `group_admins`: group -> names, or `@` and a group, of those who may see what
      its members use, and give them more, on the admin's page.
    - `environment`: further `COMMONS_*` settings of the companion.
    """
    problems = unsafe_scopes(c)
    if problems:
        raise ConfigureError(" ".join(problems))
    prefix = f"{base_url(c)}services/{quote(name)}/"
    address = (url or f"http://127.0.0.1:{port}").rstrip("/")
    _check_address(address)
    if quota:
        hook_token = _hook_token(hook_token, external=external)
    _check_quota(
        c, quota=quota, quota_file=quota_file, fail=fail, hook_token=hook_token
    )
    service: dict[str, Any] = {
        "name": name,
        "url": address,
        "display": True,
        "info": dict(MARK),
    }
    if external:
        service |= _external_part(c, name, api_token, url, quota_file)
    else:
        service |= _managed_part(c, data_dir, origins, directory, environment)
        if hook_token:
            service["environment"][HOOK_TOKEN] = hook_token
        if quota_file:
            service["environment"][QUOTA_FILE] = os.path.abspath(quota_file)
        if group_admins:
            service["environment"][GROUP_ADMINS] = setting_of(group_admins)
    reached = server_url or (service["url"].rstrip("/") + prefix)
    _add(
        c,
        Addition(
            service,
            _role(name, quota=quota),
            {
                "COMMONS_URL": reached.rstrip("/") + "/",
                "COMMONS_PUBLIC_URL": _public_url(c, name, prefix, public_url),
            },
        ),
    )
    if group_admins:
        _put(c, "load_roles", role_of(name, group_admins), replaces=True)
    if hook_token:
        place = service["url"].rstrip("/") + prefix
        chain_hooks(c, CompanionAsker(place, hook_token), fail=fail)
    else:
        unchain_hooks(c)


def base_url(c: Config) -> str:
    """The path of the hub, with a slash at both ends."""
    path = value_of(c, "JupyterHub", "base_url")
    if not path:
        path = urlsplit(value_of(c, "JupyterHub", "bind_url") or "").path
    path = str(path).strip("/")
    return f"/{path}/" if path else "/"


def spawner_sections(c: Config) -> list[str]:
    """Where the environment of users' servers is set.

    `c.KubeSpawner.environment = {...}` hides `c.Spawner.environment` whole, so
    each section that sets it needs our entries.
    """
    others = [
        section
        for section in section_names(c)
        if section.endswith("Spawner")
        and section != "Spawner"
        and value_of(c, section, "environment") is not None
    ]
    return ["Spawner", *others]


def is_ours(entry: object) -> bool:
    """Whether `configure` made this service or role."""
    if not isinstance(entry, dict):
        return False
    info = entry.get("info")
    return (isinstance(info, dict) and info.get("made_by") == MARK["made_by"]) or str(
        entry.get("name")
    ).endswith(("-companion-reads", ROLE_END))


def _role(name: str, *, quota: bool) -> dict[str, Any]:
    """One role, so that a scope that is not wanted any more is taken back."""
    scopes = {*SCOPES, *(QUOTA_SCOPES if quota else ())}
    return {
        "name": f"{name}-companion-reads",
        "description": "What the companion of JupyterLab Commons may ask the hub.",
        "services": [name],
        "scopes": sorted(scopes),
    }


def _hook_token(given: str | None, *, external: bool) -> str:
    """Only the hook and the companion know it; a new one at each start of the hub."""
    if given is None and not external:
        return secrets.token_hex(32)
    if given is None or len(given) < LEAST_TOKEN_CHARS:
        raise ConfigureError(
            "A companion that runs outside of the hub needs the secret of the hook:"
            " configure(c, external=True, quota=True, hook_token='...'), and the same"
            f" one as {HOOK_TOKEN} where it runs. Make one with: openssl rand -hex 32"
        )
    return given


def _check_quota(
    c: Config,
    *,
    quota: bool,
    quota_file: str | os.PathLike[str] | None,
    fail: str,
    hook_token: str | None,
) -> None:
    if fail not in ("open", "closed"):
        raise ConfigureError(f"fail={fail!r} must be 'open' or 'closed'.")
    if not quota and (quota_file or hook_token or fail == "closed"):
        raise ConfigureError(
            "quota_file, hook_token and fail='closed' mean something with quota=True"
            " only: configure(c, quota=True, ...)."
        )
    for section in bad_hooks(c) if quota else ():
        raise ConfigureError(
            f"c.{section}.pre_spawn_hook is not a function, so it cannot be run."
        )


def _managed_part(
    c: Config,
    data_dir: str | os.PathLike[str] | None,
    origins: Sequence[str],
    directory: bool,  # noqa: FBT001
    environment: Mapping[str, str] | None,
) -> dict[str, Any]:
    if value_of(c, "JupyterHub", "internal_ssl"):
        raise ConfigureError(
            "c.JupyterHub.internal_ssl is set, and the companion does not speak TLS to"
            " the proxy. Remove it, or run the companion yourself and write:"
            " configure(c, external=True, url='https://...', api_token='...')"
        )
    settings = dict(environment or {})
    settings["COMMONS_DATA_DIR"] = os.path.abspath(data_dir or DEFAULT_DATA_DIR)
    settings["COMMONS_MANAGED"] = "1"
    if origins:
        settings["COMMONS_ORIGINS"] = ",".join(origins)
    if directory:
        settings["COMMONS_DIRECTORY"] = "1"
    return {"command": [sys.executable, "-m", LAUNCHER], "environment": settings}


def _external_part(
    c: Config,
    name: str,
    api_token: str | None,
    url: str | None,
    quota_file: str | os.PathLike[str] | None,
) -> dict[str, Any]:
    """An external service may stand in the configuration already (Z2JH writes it)."""
    if quota_file:
        raise ConfigureError(
            "A companion that runs outside of the hub reads the policies there: set"
            f" {QUOTA_FILE} where it runs, and leave quota_file out."
        )
    existing = _service_named(c, name) or {}
    part = {key: existing[key] for key in ("url", "api_token") if existing.get(key)}
    if url:
        part["url"] = url.rstrip("/")
    if api_token:
        part["api_token"] = api_token
    if "url" not in part or "api_token" not in part:
        raise ConfigureError(
            "A companion that runs outside of the hub needs its address and its token:"
            " configure(c, external=True, url='http://commons:8765', api_token='...')."
            " Make a token with: openssl rand -hex 32"
        )
    return part


def _public_url(c: Config, name: str, prefix: str, public_url: str | None) -> str:
    """With a domain for each user, a path would lead to the user's own domain."""
    if public_url:
        return public_url.rstrip("/") + "/"
    host = value_of(c, "JupyterHub", "subdomain_host")
    if not host:
        return prefix
    hook = value_of(c, "JupyterHub", "subdomain_hook") or "idna"
    if hub_is_before(5):
        # They read no such setting: all of their services share one domain.
        hook = "legacy"
    parts = urlsplit(str(host))
    if hook not in ("idna", "legacy") or not parts.netloc:
        raise ConfigureError(
            "c.JupyterHub.subdomain_hook decides where browsers find the companion."
            " Say where: configure(c, public_url='https://.../services/commons/')"
        )
    label = f"{name}--service" if hook == "idna" else "services"
    return f"{parts.scheme}://{label}.{parts.netloc}{prefix}"


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise ConfigureError(
            f"url={address!r} must be an address without a path, as 'http://hub:8765'."
        )


def _service_named(c: Config, name: str) -> dict[str, Any] | None:
    for service in items_of(c, "JupyterHub", "services"):
        if isinstance(service, dict) and service.get("name") == name:
            return service
    return None


def _add(c: Config, addition: Addition) -> None:
    service, role = addition.service, addition.role
    _put(c, "services", service, replaces="command" not in service)
    _put(c, "load_roles", role, replaces=True)
    for section in spawner_sections(c):
        update_entries(c, section, "environment", addition.spawner_environment)


def _put(c: Config, key: str, entry: dict[str, Any], *, replaces: bool) -> None:
    """Add the entry, or put it in place of ours of the same name."""
    for existing in items_of(c, "JupyterHub", key):
        if not isinstance(existing, dict) or existing.get("name") != entry["name"]:
            continue
        if not is_ours(existing) and (not replaces or "command" in existing):
            raise ConfigureError(
                f"c.JupyterHub.{key} already has a {entry['name']!r} of somebody"
                f" else. Choose another name: configure(c, name='commons2')"
            )
        kept = {} if is_ours(existing) else dict(existing)
        existing.clear()
        existing.update({**kept, **entry})
        return
    append_item(c, "JupyterHub", key, entry)


def environment_missing(c: Config) -> list[str]:
    """The spawner sections that do not carry our entries (any more)."""
    return [
        section
        for section in spawner_sections(c)
        if "COMMONS_URL" not in entries_of(c, section, "environment")
    ]
