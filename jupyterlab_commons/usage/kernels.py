"""Which kernels and terminals run, as Jupyter's own managers know it.

Everything here runs on the event loop; what leaves it does not change.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, get_args

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import ensure_async
from jupyter_server.gateway.managers import GatewayMappingKernelManager

from .shapes import ConsumerRoot

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

State = Literal["starting", "idle", "busy", "dead", "unknown"]
STATES: dict[str, State] = {
    **{state: state for state in get_args(State)},
    "restarting": "starting",
    "autorestarting": "starting",
}
SERVER = "server"
SERVER_NAME = "Jupyter"
# Each question to a gateway is an HTTP call to another machine.
GATEWAY_SECONDS = 30

Session = dict[str, Any]


class Roots:
    """The roots that use is told apart by, and which kernels died by themselves."""

    def __init__(
        self, serverapp: Any, *, died: Callable[[str], None], log: logging.Logger
    ) -> None:
        """`died` is called on the loop, with the kernel's key."""
        self._kernels = serverapp.kernel_manager
        self._sessions = serverapp.session_manager
        self._settings = serverapp.web_app.settings
        self._died = died
        self._log = log
        self._deaths: dict[str, int] = {}
        self._watched: dict[str, Callable[[], None]] = {}
        self._remote = isinstance(self._kernels, GatewayMappingKernelManager)
        self._sessions_by_kernel: dict[str, Session] = {}
        self._failed = False

    @property
    def remote(self) -> bool:
        return self._remote

    def shape(self) -> tuple[object, ...]:
        """Equal as long as no kernel and no terminal began or ended."""
        keys = sorted(str(key) for key in self._kernels.list_kernel_ids())
        return (*keys, *sorted(str(name) for name in self._terminals()))

    def any_busy(self) -> bool:
        return any(_state(kernel) == "busy" for _, kernel in self._each_kernel())

    async def collect(self) -> tuple[ConsumerRoot, ...]:
        """All roots of this moment."""
        await self._find_sessions()
        kernels = self._each_kernel()
        for key, _ in kernels:
            self._watch(key)
        for key in self._watched.keys() - {key for key, _ in kernels}:
            del self._watched[key]
            self._deaths.pop(key, None)
        server = ConsumerRoot(SERVER, "server", SERVER_NAME, os.getpid())
        rows = [self._kernel(key, kernel) for key, kernel in kernels]
        return (server, *rows, *self._terminal_roots())

    def stop(self) -> None:
        """Kernels that end from now on are nobody's news."""
        for key, callback in self._watched.items():
            for event in ("restart", "dead"):
                try:
                    self._kernels.remove_restart_callback(key, callback, event)
                except Exception:  # noqa: BLE001, S112, PERF203
                    continue  # It is gone, and its callbacks with it.
        self._watched.clear()

    async def _find_sessions(self) -> None:
        """Sessions that cannot be listed leave kernels with the names they had."""
        try:
            listed = await ensure_async(self._sessions.list_sessions())
        except Exception:  # noqa: BLE001
            if not self._failed:
                self._failed = True
                self._log.warning(
                    "JupyterLab Commons: the sessions of kernels cannot be listed, so"
                    " notebooks may be named wrongly in the table of resources.",
                    exc_info=True,
                )
            return
        found: dict[str, Session] = {}
        for session in listed:
            kernel = str((session.get("kernel") or {}).get("id"))
            # A notebook gives its name to a kernel that a console shares.
            if kernel not in found or session.get("type") == "notebook":
                found[kernel] = session
        self._sessions_by_kernel = found

    def _each_kernel(self) -> list[tuple[str, Any]]:
        kernels = []
        for key in list(self._kernels.list_kernel_ids()):
            try:
                kernels.append((str(key), self._kernels.get_kernel(key)))
            except Exception:  # noqa: BLE001, S112, PERF203
                continue  # It ended while we looked.
        return kernels

    def _kernel(self, key: str, kernel: Any) -> ConsumerRoot:
        language = _language(kernel)
        session = self._sessions_by_kernel.get(key, {})
        name, path = _name_and_path(session)
        pid, remote = (None, True) if self._remote else _process(kernel)
        return ConsumerRoot(
            key=key,
            kind="kernel",
            name=name or language or str(getattr(kernel, "kernel_name", "")),
            pid=pid,
            path=path,
            language=language,
            state=_state(kernel),
            active_at=_milliseconds(getattr(kernel, "last_activity", None)),
            remote=remote,
            deaths=self._deaths.get(key, 0),
        )

    def _watch(self, key: str) -> None:
        """A restart that somebody asked for does not come this way."""
        if key in self._watched or self._remote:
            return

        def died() -> None:
            self._deaths[key] = self._deaths.get(key, 0) + 1
            self._died(key)

        self._watched[key] = died
        for event in ("restart", "dead"):
            try:
                self._kernels.add_restart_callback(key, died, event)
            except Exception:  # noqa: BLE001, PERF203
                # A manager of another make may not restart kernels at all.
                self._log.debug("JupyterLab Commons: no callbacks of kernel %s", key)

    def _terminals(self) -> dict[str, Any]:
        manager = self._settings.get("terminal_manager")
        terminals = getattr(manager, "terminals", None)
        return terminals if isinstance(terminals, dict) else {}

    def _terminal_roots(self) -> list[ConsumerRoot]:
        return [
            ConsumerRoot(
                key=f"terminal:{name}",
                kind="terminal",
                name=str(name),
                pid=_pid(getattr(getattr(terminal, "ptyproc", None), "pid", None)),
                active_at=_milliseconds(getattr(terminal, "last_activity", None)),
            )
            for name, terminal in list(self._terminals().items())
        ]


def _name_and_path(session: Session) -> tuple[str, str | None]:
    """A console's path names no file, so it is not told."""
    path, name = session.get("path"), session.get("name")
    if not isinstance(path, str) or not path:
        return "", None
    if session.get("type") == "console":
        return (name if isinstance(name, str) else "") or path.rpartition("/")[2], None
    return path.rpartition("/")[2], path


def _process(kernel: Any) -> tuple[int | None, bool]:
    """Its pid, unless it is starting; and whether it runs elsewhere."""
    provisioner = getattr(kernel, "provisioner", None)
    if provisioner is None:
        return None, False
    if isinstance(provisioner, LocalProvisioner):
        return _pid(provisioner.pid), False
    # One of another make is local if it holds a process of this machine.
    process = getattr(provisioner, "process", None)
    pid = _pid(getattr(process, "pid", None))
    local = pid is not None and pid == getattr(provisioner, "pid", None)
    return (pid, False) if local else (None, True)


def _pid(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _state(kernel: Any) -> State:
    return STATES.get(str(getattr(kernel, "execution_state", "")), "unknown")


def _language(kernel: Any) -> str | None:
    try:
        spec = kernel.kernel_spec
        return str(spec.display_name) if spec is not None else None
    except Exception:  # noqa: BLE001
        return None  # Its specification was removed while it runs.


def _milliseconds(moment: object) -> int | None:
    if not isinstance(moment, datetime):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0, int(moment.timestamp() * 1000))
