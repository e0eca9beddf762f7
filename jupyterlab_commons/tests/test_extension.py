"""What a user's server tells the page, and when it dials."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyterlab_commons.extension import (
    BAD_ADDRESS,
    NO_HUB,
    NOT_CONFIGURED,
    CommonsExtension,
    page_config,
)
from jupyterlab_commons.usage.shapes import Machine
from jupyterlab_commons.watch import LIVE_FILES


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, {"commonsProblem": NO_HUB}),
        ({"JUPYTERHUB_API_URL": "x"}, {"commonsProblem": NOT_CONFIGURED}),
        (
            {"COMMONS_PUBLIC_URL": "/services/commons"},
            {"commonsUrl": "/services/commons/"},
        ),
        ({"COMMONS_PUBLIC_URL": "https://c.org/"}, {"commonsUrl": "https://c.org/"}),
        ({"COMMONS_PUBLIC_URL": "//evil.org/"}, {"commonsProblem": BAD_ADDRESS}),
        ({"COMMONS_PUBLIC_URL": "javascript:x"}, {"commonsProblem": BAD_ADDRESS}),
    ],
)
def test_the_page_is_told_an_address_or_what_to_do(
    environ: dict[str, str], told: dict[str, str]
) -> None:
    assert page_config(environ) == told


def extension_of(app: ServerApp) -> CommonsExtension:
    (extension,) = app.extension_manager.extension_apps["jupyterlab_commons"]
    assert isinstance(extension, CommonsExtension)
    return extension


def test_it_loads_and_says_why_there_is_no_sharing(jp_serverapp: ServerApp) -> None:
    config = jp_serverapp.web_app.settings["page_config_data"]
    assert config["commonsProblem"] == NO_HUB
    assert "commonsUrl" not in config


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"COMMONS_URL": "http://127.0.0.1:1/"},
        {"JUPYTERHUB_API_TOKEN": "t"},
        {"COMMONS_URL": "nonsense", "JUPYTERHUB_API_TOKEN": "t"},
    ],
)
async def test_it_dials_only_when_it_knows_where_and_as_whom(
    jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    assert extension._link_task is None
    await extension.stop_extension()


async def test_the_link_ends_with_the_server(
    jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMONS_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "t")
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    task = extension._link_task
    assert task is not None
    await asyncio.sleep(0)
    await extension.stop_extension()
    assert task.cancelled()


def test_edits_of_others_keep_the_server_alive(jp_serverapp: ServerApp) -> None:
    web_app: Any = jp_serverapp.web_app
    before = web_app.last_activity()
    link = extension_of(jp_serverapp)._make_link(
        jp_serverapp, {"COMMONS_URL": "http://h/", "JUPYTERHUB_API_TOKEN": "t"}
    )
    assert link is not None
    link._written()
    assert web_app.last_activity() > before


def test_what_is_a_live_document_is_known_to_git(jp_serverapp: ServerApp) -> None:
    link = extension_of(jp_serverapp)._make_link(
        jp_serverapp, {"COMMONS_URL": "http://h/", "JUPYTERHUB_API_TOKEN": "t"}
    )
    assert link is not None
    link._watched(["shared.ipynb"])
    live = jp_serverapp.web_app.settings[LIVE_FILES]
    assert live.has(os.path.join(jp_serverapp.root_dir, "shared.ipynb"))


def sampler_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "commons-sampler"]


async def test_measuring_begins_and_ends_with_the_server(
    jp_serverapp: ServerApp,
) -> None:
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    assert sampler_threads() == ["commons-sampler"]
    usage = extension._usage
    assert usage is not None
    report, _ = await asyncio.wait_for(usage.report(), 60)
    assert report["boot"]
    await extension.stop_extension()
    assert sampler_threads() == []
    (kept,) = Path(jp_serverapp.runtime_dir).glob("commons-usage-*.json")
    assert json.loads(kept.read_text())["ended"] is True


async def test_measuring_can_be_turned_off(
    jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMONS_USAGE", "0")
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    assert (extension._usage, sampler_threads()) == (None, [])
    await extension.stop_extension()


async def test_the_companion_is_told_samples_as_the_link_wants_them(
    jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMONS_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "t")
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    link = extension._make_link(jp_serverapp, os.environ)
    assert link is not None
    assert link._usage is extension._usage
    await extension.stop_extension()


async def test_a_platform_without_proc_still_loads(
    jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "jupyterlab_commons.extension.Machine", lambda: Machine(tmp_path)
    )
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    usage = extension._usage
    assert usage is not None
    report, busy = await asyncio.wait_for(usage.report(), 60)
    assert (report["memory"], report["cpu"], busy) == ({}, {}, False)
    assert usage._latest is not None
    assert {"CPU_UNREADABLE", "MEMORY_UNREADABLE", "PROCESSES_UNREADABLE"} <= {
        *usage._latest.sample["problems"]
    }
    await extension.stop_extension()
