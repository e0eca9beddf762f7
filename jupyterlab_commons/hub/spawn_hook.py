"""The hub's `pre_spawn_hook`: a server starts if quota allows it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from tornado.web import HTTPError

from jupyterlab_commons.errors import printable

from .companion_asker import UnaskedError
from .question import UnaskableError, question_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .companion_asker import CompanionAsker

    Hook = Callable[[Any], Any]
    Fail = Literal["open", "closed"]

TRAIT = "pre_spawn_hook"
UNREADABLE, REFUSED, NOBODY_ASKED = 400, 403, 503

NOT_NOW = (
    "No server is started, because nobody can say at the moment whether your quota"
    " allows it. Try again in a minute. If it stays so, tell the admin of this hub."
)


class SpawnHook:
    """Asks, and then does what the hook `before` it did.

    Nothing of `before` has happened when a start is refused.
    """

    def __init__(
        self, asker: CompanionAsker, *, fail: Fail, before: Hook | None
    ) -> None:
        self.asker = asker
        self.fail = fail
        self.before = before

    def __deepcopy__(self, memo: dict[int, Any]) -> SpawnHook:
        """Configuration is copied for each server; what is remembered is the hub's."""
        return self

    def __repr__(self) -> str:
        return f"SpawnHook({self.asker!r}, fail={self.fail!r}, before={self.before!r})"

    async def __call__(self, spawner: Any) -> None:
        await self._ask(spawner)
        before = self.before or _default_hook(spawner)
        if before is not None:
            result = before(spawner)
            if isinstance(result, concurrent.futures.Future):
                await asyncio.wrap_future(result)
            elif inspect.isawaitable(result):
                await result

    async def _ask(self, spawner: Any) -> None:
        try:
            answer = await self.asker.ask(question_of(spawner))
        except UnaskableError as reason:
            self._unreadable(spawner, str(reason))
            raise refusal(spawner, str(reason), UNREADABLE, "quota-options") from None
        except UnaskedError as reason:
            self._nobody_asked(spawner, str(reason))
            return
        if not answer.allowed:
            raise refusal(spawner, answer.message, REFUSED, "quota")

    def _unreadable(self, spawner: Any, reason: str) -> None:
        """Never a reason to let anybody in: whoever starts the server wrote it."""
        spawner.log.warning(
            "JupyterLab Commons: a server of %s is not started: %s",
            printable(spawner.user.name),
            printable(reason),
        )

    def _nobody_asked(self, spawner: Any, reason: str) -> None:
        user, server = spawner.user.name, spawner.name
        line = "JupyterLab Commons: quota could not be asked for %s/%s (%s); the"
        if self.fail == "closed":
            line += " server is not started, since configure(c, fail='closed')."
            spawner.log.error(line, user, server, printable(reason))
            raise refusal(spawner, NOT_NOW, NOBODY_ASKED, "quota-unasked")
        line += " server starts, since configure(c, fail='open')."
        spawner.log.warning(line, user, server, printable(reason))
        self.asker.remember_unasked(user, server, reason)


class RefusedStartError(HTTPError):
    """For hubs before 6, which show what it carries."""

    def __init__(self, status: int, message: str, html: str) -> None:
        super().__init__(status, message)
        self.jupyterhub_message = message
        self.jupyterhub_html_message = html

    def __setattr__(self, name: str, value: Any) -> None:
        """Hubs set a reason on what ends a start, and those before 5 show only that."""
        super().__setattr__(name, None if name == "reason" else value)


def refusal(spawner: Any, message: str, status: int, reason: str) -> HTTPError:
    """What the hub shows instead of a server, on its page and to programs."""
    html = f"<p>{escape(message)}</p>"
    policy_failure = _policy_failure()
    if policy_failure is None:
        _is_no_failure(spawner)
        return RefusedStartError(status, message, html)
    exception: HTTPError = policy_failure(
        message, reason=reason, message_html=html, status_code=status
    )
    return exception


def _policy_failure() -> Any:
    """`SpawnException` of hubs from 6 on: it counts as no failure of the hub."""
    try:
        return getattr(import_module("jupyterhub.spawner"), "SpawnException", None)
    except ImportError:
        return None


def _is_no_failure(spawner: Any) -> None:
    """Hubs before 6 count a refusal as a failed start, and end after so many of them.

    `consecutive_failure_limit` is 5 on Kubernetes: whoever pressed the button five
    times would end the hub. The hub adds one after this; so one is taken off. It
    counts in its application's settings, which are not those of the user.
    """
    settings = getattr(getattr(spawner, "handler", None), "settings", None)
    if isinstance(settings, dict):
        settings["failure_count"] = settings.get("failure_count", 0) - 1


def _default_hook(spawner: Any) -> Hook | None:
    """A spawner class may bring a hook of its own, which configuration hides."""
    find = getattr(spawner, "trait_defaults", None)
    hook = find(TRAIT) if callable(find) else None
    return hook if callable(hook) else None
