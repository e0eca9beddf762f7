"""Asks the companion before a server starts, from inside the hub's event loop."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import HTTPStreamClosedError, SimpleAsyncHTTPClient

from jupyterlab_commons.errors import printable

from .question import UnaskableError, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import HTTPResponse

TIMEOUT_SECONDS = 2.0
RETRY_SECONDS = 0.25
TELL_SECONDS = 30.0
MOST_REMEMBERED = 1000
MESSAGE_CHARS = 2000
ANSWER_BYTES = 64 * 1024
AT_ONCE = 200
OK, NO_CONTENT, AWAY = 200, 204, 503
"""What was sent cannot be read, or is too large."""
REFUSED_BODY = (400, 413)

CANNOT_READ = (
    "No server is started, because what was chosen for it cannot be read ({})."
    " Choose something else, or tell the admin of this hub."
)

log = logging.getLogger(__name__)


class UnaskedError(Exception):
    """Nobody could say; the message is why, in a few words."""


@dataclass(frozen=True)
class Answer:
    """Whether a server may start; `message` is for the person, plain text."""

    allowed: bool
    message: str


class CompanionAsker:
    """One for a hub. `ask` answers within two seconds and never blocks the loop.

    Its own HTTP client: the hub's may be waiting for a hundred slow servers.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        tell_seconds: float = TELL_SECONDS,
    ) -> None:
        """`url` is the companion's address with the path of the service."""
        self._url = url.rstrip("/") + "/"
        self._token = token
        self._timeout = timeout_seconds
        self._tell_seconds = tell_seconds
        self._client: SimpleAsyncHTTPClient | None = None
        self._unasked: deque[dict[str, Any]] = deque(maxlen=MOST_REMEMBERED)
        self._telling: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"CompanionAsker({self._url!r})"

    async def ask(self, question: Mapping[str, Any]) -> Answer:
        """Raise UnaskedError for every reason why there is no clear answer.

        Raise UnaskableError where the companion cannot read the question.
        """
        try:
            return await asyncio.wait_for(self._ask(question), self._timeout)
        except (TimeoutError, asyncio.TimeoutError):
            raise UnaskedError(f"no answer within {self._timeout:g} s") from None
        except (UnaskedError, UnaskableError):
            raise
        except Exception as reason:
            # Whatever it is must not decide who may work.
            raise UnaskedError(f"{type(reason).__name__}: {reason}") from reason

    def remember_unasked(self, user: str, server: str, reason: str) -> None:
        """Tell the companion, when it is back, of a start that went without it."""
        start = {
            "user": user,
            "server": server,
            "at": int(time.time() * 1000),
            "reason": cut(printable(reason, 200), 200),
        }
        self._unasked.append(start)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._tell())

    async def told(self) -> None:
        """Wait until nothing is left to tell."""
        if self._telling is not None:
            await self._telling

    async def _ask(self, question: Mapping[str, Any]) -> Answer:
        """A companion that is being started again is back within a second."""
        while True:
            try:
                response = await self._post("api/spawn", question)
            except (ConnectionError, HTTPStreamClosedError):
                pass
            else:
                if response.code != AWAY:
                    return _answer(response)
            await asyncio.sleep(RETRY_SECONDS)

    async def _tell(self) -> None:
        """What is refused is told in smaller parts, until one alone is dropped."""
        most = MOST_REMEMBERED
        while self._unasked:
            await asyncio.sleep(self._tell_seconds)
            starts = list(islice(self._unasked, most))
            with suppress(Exception):
                response = await self._post("api/spawn/unasked", {"starts": starts})
                is_refused = response.code in REFUSED_BODY
                most = max(1, len(starts) // 2) if is_refused else MOST_REMEMBERED
                if is_refused and len(starts) == 1:
                    log.warning("JupyterLab Commons: nobody is told of %r", starts[0])
                    self._forget(starts)
                elif response.code == NO_CONTENT:
                    self._forget(starts)

    def _forget(self, starts: list[dict[str, Any]]) -> None:
        """Those that have made room for later ones meanwhile are gone already."""
        for start in starts:
            if self._unasked and self._unasked[0] is start:
                self._unasked.popleft()

    async def _post(self, path: str, body: Mapping[str, Any]) -> HTTPResponse:
        if self._client is None:
            self._client = SimpleAsyncHTTPClient(
                force_instance=True, max_clients=AT_ONCE, max_body_size=ANSWER_BYTES
            )
        return await self._client.fetch(
            HTTPRequest(
                self._url + path,
                method="POST",
                headers={
                    "Authorization": f"token {self._token}",
                    "Content-Type": "application/json",
                },
                body=json.dumps(body),
                connect_timeout=self._timeout,
                request_timeout=self._timeout,
                follow_redirects=False,
            ),
            raise_error=False,
        )


def _answer(response: HTTPResponse) -> Answer:
    if response.code in REFUSED_BODY:
        raise UnaskableError(CANNOT_READ.format(printable(_detail(response), 200)))
    if response.code != OK:
        raise UnaskedError(f"the companion answers {response.code}")
    try:
        body = json.loads(response.body)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("allowed"), bool):
        raise UnaskedError("the answer cannot be read")
    message = body.get("message")
    return Answer(
        body["allowed"],
        printable(message, MESSAGE_CHARS) if isinstance(message, str) else "",
    )


def _detail(response: HTTPResponse) -> str:
    """Which part the companion names; its status where it names none."""
    try:
        return str(json.loads(response.body)["error"]["detail"])
    except (ValueError, LookupError, TypeError):
        return str(response.code)
