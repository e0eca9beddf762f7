"""Looks at configuration, machine and running hub, in this order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config.loader import PyFileConfigLoader

from .check_hub import check_hub
from .check_machine import check_data_dir, check_node, check_port
from .config_values import items_of
from .configure import (
    DEFAULT_DATA_DIR,
    DEFAULT_PORT,
    QUOTA_FILE,
    base_url,
    environment_missing,
    is_ours,
)
from .findings import Finding, bad, good
from .hooks import hooks_missing
from .unsafe import unsafe_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traitlets.config import Config

DEFAULT_CONFIG = "jupyterhub_config.py"
LAST = "Make configure(c) the last line of the file."


@dataclass(frozen=True)
class CheckOptions:
    """None: not given on the command line."""

    config: str | None = None
    hub_url: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Setup:
    """What the rest of the checks needs to know of the configuration."""

    name: str = "commons"
    prefix: str = "/services/commons/"
    url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    managed: bool = True
    data_dir: str = DEFAULT_DATA_DIR
    scopes: tuple[str, ...] | None = None


def run_checks(options: CheckOptions) -> list[Finding]:
    """Everything that can be said; what was found wrong does not stop the rest."""
    findings, setup = _check_config(options.config)
    if setup.managed:
        findings += [check_node(), *check_data_dir(setup.data_dir)]
        findings.append(check_port(setup.url, setup.prefix))
    if options.hub_url:
        findings += check_hub(
            options.hub_url, options.token, name=setup.name, scopes=setup.scopes
        )
    else:
        findings.append(
            good(
                "The running hub was not asked; give --hub-url (and --token) to do so."
            )
        )
    return findings


def _check_config(path: str | None) -> tuple[list[Finding], Setup]:
    file = path or DEFAULT_CONFIG
    if path is None and not Path(file).exists():
        return [good(f"No {file} here; give --config to have one checked.")], Setup()
    c = _load(file)
    if isinstance(c, Finding):
        return [c], Setup()
    findings = list(_config_findings(c, file))
    if not any(finding.problem for finding in findings):
        findings = [good(f"{file} adds service, role and environment.")]
        role = _ours(c, "load_roles")
        if role and "delete:servers" in role["scopes"]:
            findings.append(good("Quota is on: servers are asked about and stopped."))
    return findings, _setup_of(c)


def _load(file: str) -> Config | Finding:
    """The configuration as the hub reads it; its code runs, as it does there."""
    try:
        return PyFileConfigLoader(os.path.abspath(file)).load_config()
    except (Exception, SystemExit) as reason:  # noqa: BLE001
        return bad(f"{file} cannot be read: {type(reason).__name__}: {reason}")


def _config_findings(c: Config, file: str) -> Iterator[Finding]:
    service, role = _ours(c, "services"), _ours(c, "load_roles")
    missing = environment_missing(c)
    if service is None and role is None and "Spawner" in missing:
        yield bad(f"{file} does not call configure(c). {LAST}")
        return
    if service is None:
        yield bad(f"c.JupyterHub.services is set after configure(c). {LAST}")
    elif service.get("admin"):
        yield bad(
            f"The service {service['name']} is an admin of the hub. Remove"
            " 'admin': True; it needs none of it."
        )
    if role is None:
        yield bad(f"c.JupyterHub.load_roles is set after configure(c). {LAST}")
    for section in missing:
        yield bad(f"c.{section}.environment is set after configure(c). {LAST}")
    for sentence in unsafe_scopes(c):
        yield bad(sentence)
    if role and "delete:servers" in role["scopes"]:
        yield from _quota_findings(c, service)
    yield from _foreign_roles(c, service, role)


def _quota_findings(c: Config, service: dict[str, Any] | None) -> Iterator[Finding]:
    for section in hooks_missing(c):
        yield bad(
            f"c.{section}.pre_spawn_hook is set after configure(c, quota=True), so"
            f" servers start without being asked about. {LAST}"
        )
    file = ((service or {}).get("environment") or {}).get(QUOTA_FILE)
    if file and not os.access(file, os.R_OK):
        yield bad(
            f"The policies cannot be read at {file}. Write them there, or correct"
            " configure(c, quota_file='...')."
        )


def _foreign_roles(
    c: Config, service: dict[str, Any] | None, role: dict[str, Any] | None
) -> Iterator[Finding]:
    name = service["name"] if service else "commons"
    for other in items_of(c, "JupyterHub", "load_roles"):
        if (
            isinstance(other, dict)
            and other is not role
            and name in (other.get("services") or [])
        ):
            yield bad(
                f"The role {other.get('name')} gives the service {name} more than it"
                f" needs. Remove {name} from its 'services'."
            )


def _ours(c: Config, key: str) -> dict[str, Any] | None:
    for entry in items_of(c, "JupyterHub", key):
        if is_ours(entry):
            found: dict[str, Any] = entry
            return found
    return None


def _setup_of(c: Config) -> Setup:
    service = _ours(c, "services")
    role = _ours(c, "load_roles")
    if service is None:
        return Setup()
    settings = service.get("environment") or {}
    return Setup(
        name=service["name"],
        prefix=f"{base_url(c)}services/{service['name']}/",
        url=service["url"],
        managed="command" in service,
        data_dir=settings.get("COMMONS_DATA_DIR", DEFAULT_DATA_DIR),
        scopes=tuple(role["scopes"]) if role else None,
    )
