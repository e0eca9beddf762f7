"""The route through which a live notebook finds its owner's kernel."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from .errors import CommonsError, printable
from .files import MAX_PATH_CHARS, Files

LIVE_PREFIX = "live:"


class KernelRequest(NamedTuple):
    """Which notebook: its file below the root, and its name as a live document."""

    path: str
    live_path: str
    kernel_name: str | None


class KernelSessions:
    """Kernel sessions that carry the live path while their notebook is shared.

    JupyterLab attaches a notebook to the running session that has its path. So
    the kernel is started where the file is, and then the session is renamed.
    """

    def __init__(
        self, session_manager: Any, kernel_manager: Any, kernel_spec_manager: Any
    ) -> None:
        self._sessions = session_manager
        self._kernels = kernel_manager
        self._kernel_specs = kernel_spec_manager
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def attach(self, wanted: KernelRequest) -> dict[str, Any]:
        """The session that now has the live path; two callers get the same one."""
        async with self._lock(wanted.live_path):
            found = await self._find(wanted.live_path)
            if found is not None:
                return found
            session = await self._find(wanted.path) or await self._start(wanted)
            return await self._rename(session, wanted.path, wanted.live_path)

    async def release(self, wanted: KernelRequest) -> None:
        """Give the session its file's path back; nothing to do if there is none."""
        async with self._lock(wanted.live_path):
            session = await self._find(wanted.live_path)
            if session is not None:
                await self._rename(session, wanted.path, wanted.path)

    def _lock(self, live_path: str) -> asyncio.Lock:
        return self._locks.setdefault(live_path, asyncio.Lock())

    async def _find(self, path: str) -> dict[str, Any] | None:
        for session in await ensure_async(self._sessions.list_sessions()):
            if session["path"] == path and session["type"] == "notebook":
                found: dict[str, Any] = session
                return found
        return None

    async def _start(self, wanted: KernelRequest) -> dict[str, Any]:
        if wanted.kernel_name is not None:
            # Asked first, because a start that fails leaves a dead kernel behind.
            await ensure_async(self._kernel_specs.get_kernel_spec(wanted.kernel_name))
        started: dict[str, Any] = await ensure_async(
            self._sessions.create_session(
                path=wanted.path,
                name=wanted.path.rpartition("/")[2],
                type="notebook",
                kernel_name=wanted.kernel_name,
            )
        )
        return started

    async def _rename(
        self, session: dict[str, Any], path: str, new_path: str
    ) -> dict[str, Any]:
        await ensure_async(self._sessions.update_session(session["id"], path=new_path))
        # The rename has put the live path into what the kernel is told at its
        # next restart; only the file's own path means something to its code.
        if hasattr(self._kernels, "update_env"):
            env = {**os.environ, "JPY_SESSION_NAME": self._os_path(path)}
            self._kernels.update_env(kernel_id=session["kernel"]["id"], env=env)
        return {**session, "path": new_path}

    def _os_path(self, path: str) -> str:
        return os.path.join(self._kernels.cwd_for_path(path), path.rpartition("/")[2])


class KernelHandler(APIHandler):
    """`POST` and `DELETE` of `commons/kernel`; both bodies are `{path, livePath}`."""

    auth_resource = "sessions"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Attach the live notebook to its kernel, started in the file's folder."""
        try:
            session = await self._kernel_sessions().attach(self._wanted())
        except CommonsError as refusal:
            self._refuse(refusal)
        except NoSuchKernel as reason:
            self._refuse(
                CommonsError(
                    "BAD_REQUEST",
                    f"the kernel {reason.name} is not installed here; choose another"
                    " in the notebook",
                )
            )
        else:
            kernel = session["kernel"]
            self.finish(
                json.dumps(
                    {
                        "sessionId": session["id"],
                        "kernelId": kernel["id"],
                        "kernelName": kernel["name"],
                    }
                )
            )

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Give the kernel session its real path back; done twice it is as done once."""
        try:
            await self._kernel_sessions().release(self._wanted())
        except CommonsError as refusal:
            self._refuse(refusal)
        else:
            self.set_status(204)
            self.finish()

    def _kernel_sessions(self) -> KernelSessions:
        sessions: KernelSessions = self.settings.setdefault(
            "commons_kernel_sessions",
            KernelSessions(
                self.session_manager, self.kernel_manager, self.kernel_spec_manager
            ),
        )
        return sessions

    def _wanted(self) -> KernelRequest:
        wanted = read_request(self.get_json_body())
        files = Files(self.contents_manager.root_dir)
        if self.request.method == "POST" and files.stamp(wanted.path) is None:
            files.resolve(wanted.path)
            raise CommonsError("FILE_MISSING")
        return wanted

    def _refuse(self, refusal: CommonsError) -> None:
        self.set_status(refusal.status)
        self.finish(json.dumps(refusal.body()))


def read_request(body: object) -> KernelRequest:
    """Decode a body; what is not as the protocol says is a BAD_REQUEST."""
    if not isinstance(body, dict):
        raise CommonsError("BAD_REQUEST", "the body must be a JSON object")
    path, live_path = body.get("path"), body.get("livePath")
    kernel_name = body.get("kernelName") or None
    if not isinstance(path, str) or not 0 < len(path) <= MAX_PATH_CHARS:
        raise CommonsError("BAD_REQUEST", "path")
    if (
        not isinstance(live_path, str)
        or not live_path.startswith(LIVE_PREFIX)
        or len(live_path) > MAX_PATH_CHARS
    ):
        raise CommonsError("BAD_REQUEST", "livePath")
    if kernel_name is not None and not isinstance(kernel_name, str):
        raise CommonsError("BAD_REQUEST", f"kernelName {printable(kernel_name)}")
    return KernelRequest(path, live_path, kernel_name)
