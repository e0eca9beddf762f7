"""What JupyterLab Commons adds to a user's server."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp

from . import __version__
from .files import Files
from .git import routes
from .git.service import close_git
from .kernel import KernelHandler
from .link import Link
from .settings import USAGE, read_settings
from .usage.build import build_parts, home_folder
from .usage.last_breath import LastBreath
from .usage.service import UsageService
from .usage.shapes import Machine
from .usage.stream import SETTING, UsageStream
from .watch import LIVE_FILES, LiveFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_server.serverapp import ServerApp

NO_HUB = (
    "Sharing needs a JupyterHub with JupyterLab Commons, and this JupyterLab runs"
    " without one. Open your notebook on such a hub to share it."
)
NOT_CONFIGURED = (
    "This hub does not offer sharing yet. Its admin can add it with the last two lines"
    " of jupyterhub_config.py: 'from jupyterlab_commons.hub import configure' and"
    " 'configure(c)'."
)
BAD_ADDRESS = (
    "The address of sharing is set wrongly on this hub. Ask its admin to correct"
    " COMMONS_PUBLIC_URL: it must be a path that starts with / or an http(s) address."
)


def page_config(environ: Mapping[str, str]) -> dict[str, str]:
    """Either `commonsUrl`, ending in a slash, or the sentence `commonsProblem`."""
    url = environ.get("COMMONS_PUBLIC_URL", "").strip()
    if not url:
        on_hub = "JUPYTERHUB_API_URL" in environ
        return {"commonsProblem": NOT_CONFIGURED if on_hub else NO_HUB}
    path = url.startswith("/") and not url.startswith("//")
    if not path and not url.startswith(("http://", "https://")):
        return {"commonsProblem": BAD_ADDRESS}
    return {"commonsUrl": url.rstrip("/") + "/"}


class CommonsExtension(ExtensionApp):
    """Tells the page where the companion is, keeps the link open, and measures."""

    name = "jupyterlab_commons"
    load_other_extensions = True
    _usage: UsageService | None = None
    _link_task: asyncio.Task[None] | None = None

    def initialize_settings(self) -> None:
        config = self.settings.setdefault("page_config_data", {})
        config.update(page_config(os.environ))

    def initialize_handlers(self) -> None:
        self.handlers.append((r"/commons/kernel", KernelHandler))
        self.handlers.append((r"/commons/usage", UsageStream))
        self.handlers.extend(routes.handlers())

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        self._usage = self._make_usage(serverapp, os.environ)
        if self._usage is not None:
            serverapp.web_app.settings[SETTING] = self._usage.clients
            self._usage.start()
        link = self._make_link(serverapp, os.environ)
        if link is not None:
            self._link_task = asyncio.ensure_future(link.run())

    async def stop_extension(self) -> None:
        if self._link_task is not None:
            self._link_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._link_task
            self._link_task = None
        usage, self._usage = self._usage, None
        if usage is not None:
            await usage.stop()
        if self.serverapp is not None:
            await close_git(self.serverapp.web_app.settings)

    def _make_usage(
        self, serverapp: ServerApp, environ: Mapping[str, str]
    ) -> UsageService | None:
        settings = read_settings(environ, self.log)
        if settings[USAGE.env] == "0":
            return None
        machine = Machine()
        on_hub = "JUPYTERHUB_USER" in environ
        name = (
            f"hub {environ['JUPYTERHUB_USER']}/{environ.get('JUPYTERHUB_SERVER_NAME')}"
            if on_hub
            else f"port {serverapp.port}"
        )
        return UsageService(
            serverapp,
            make_parts=partial(
                build_parts,
                machine=machine,
                environ=settings,
                home=home_folder(environ, serverapp.root_dir),
                log=self.log,
            ),
            machine=machine,
            log=self.log,
            # A hub runs one server of a name at a time.
            breath=LastBreath(
                Path(serverapp.runtime_dir), name, alone=on_hub, log=self.log
            ),
        )

    def _make_link(
        self, serverapp: ServerApp, environ: Mapping[str, str]
    ) -> Link | None:
        url, token = environ.get("COMMONS_URL"), environ.get("JUPYTERHUB_API_TOKEN")
        if not url or not token:
            return None
        files = Files(serverapp.root_dir)
        live = serverapp.web_app.settings[LIVE_FILES] = LiveFiles(files)
        try:
            return Link(
                url=url,
                token=token,
                files=files,
                version=__version__,
                log=self.log,
                written=lambda: _count_as_activity(serverapp.web_app.settings),
                usage=self._usage,
                watched=live.replace,
                open_paths=partial(_open_paths, serverapp),
            )
        except ValueError as reason:
            self.log.error("JupyterLab Commons: %s", reason)
            return None


async def _open_paths(serverapp: ServerApp) -> list[str]:
    """The files that a kernel is open for, as the contents API names them."""
    sessions = await serverapp.session_manager.list_sessions()
    return [session["path"].lstrip("/") for session in sessions]


def _count_as_activity(settings: dict[str, Any]) -> None:
    """Somebody edited a document of this user: the server is not idle."""
    times = settings.setdefault("last_activity_times", {})
    times["jupyterlab_commons"] = datetime.now(timezone.utc)
