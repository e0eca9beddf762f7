"""What JupyterLab Commons adds to a user's server."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp

from . import __version__
from .files import Files
from .kernel import KernelHandler
from .link import Link

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
    """Tells the page where the companion is, and keeps the link to it open."""

    name = "jupyterlab_commons"
    load_other_extensions = True
    _link_task: asyncio.Task[None] | None = None

    def initialize_settings(self) -> None:
        config = self.settings.setdefault("page_config_data", {})
        config.update(page_config(os.environ))

    def initialize_handlers(self) -> None:
        self.handlers.append((r"/commons/kernel", KernelHandler))

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        link = self._make_link(serverapp, os.environ)
        if link is not None:
            self._link_task = asyncio.ensure_future(link.run())

    async def stop_extension(self) -> None:
        if self._link_task is not None:
            self._link_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._link_task
            self._link_task = None

    def _make_link(
        self, serverapp: ServerApp, environ: Mapping[str, str]
    ) -> Link | None:
        url, token = environ.get("COMMONS_URL"), environ.get("JUPYTERHUB_API_TOKEN")
        if not url or not token:
            return None
        try:
            return Link(
                url=url,
                token=token,
                files=Files(serverapp.root_dir),
                version=__version__,
                log=self.log,
                written=lambda: _count_as_activity(serverapp.web_app.settings),
            )
        except ValueError as reason:
            self.log.error("JupyterLab Commons: %s", reason)
            return None


def _count_as_activity(settings: dict[str, Any]) -> None:
    """Somebody edited a document of this user: the server is not idle."""
    times = settings.setdefault("last_activity_times", {})
    times["jupyterlab_commons"] = datetime.now(timezone.utc)
