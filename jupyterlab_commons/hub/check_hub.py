"""Asks a running hub whether companion, proxy and role are as they should be."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from .configure import QUOTA_SCOPES, SCOPES
from .findings import bad, good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .findings import Finding


MOST_SKEW_SECONDS = 30
ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whatever its status; `body` is None where it is not JSON."""

    status: int
    date: str
    body: Any


def check_hub(
    url: str, token: str | None, *, name: str, scopes: tuple[str, ...] | None
) -> list[Finding]:
    """`url` is where people open the hub; `/hub/api` at its end does not matter."""
    base = url.rstrip("/").removesuffix("/api").removesuffix("/hub").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        return [bad(f"--hub-url must start with http:// or https://, not {url}")]
    answer = ask(f"{base}/hub/api/")
    if not isinstance(answer, Answer):
        return [
            bad(f"The hub does not answer at {base}/hub/api/ ({answer}). Start it.")
        ]
    if not isinstance(answer.body, dict) or "version" not in answer.body:
        return [bad(f"There is no JupyterHub at {base} ({answer.status}).")]
    findings = [good(f"JupyterHub {answer.body['version']} answers at {base}.")]
    findings += _clock(answer)
    findings += _proxy(f"{base}/services/{quote(name)}/healthz")
    findings += _token(base, token, name, scopes)
    return findings


def ask(url: str, token: str | None = None) -> Answer | str:
    """The answer, or why there is none."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"token {token}"
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as response:  # noqa: S310
            return _answer(
                response.status,
                response.headers.get("Date"),
                response.read(ANSWER_BYTES),
            )
    except HTTPError as refusal:
        return _answer(
            refusal.code, refusal.headers.get("Date"), refusal.read(ANSWER_BYTES)
        )
    except (URLError, OSError, ValueError) as reason:
        return str(getattr(reason, "reason", reason))


def _answer(status: int, date: str | None, body: bytes) -> Answer:
    try:
        return Answer(status, date or "", json.loads(body))
    except ValueError:
        return Answer(status, date or "", None)


def _clock(answer: Answer) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.date).timestamp()
    except (TypeError, ValueError):
        return
    skew = abs(time.time() - theirs)
    if skew > MOST_SKEW_SECONDS:
        yield bad(
            f"This clock and the hub's differ by {skew:.0f} s. Set both right (NTP):"
            " sessions and tickets end by the clock."
        )
    else:
        yield good("The clocks agree.")


def _proxy(url: str) -> Iterator[Finding]:
    answer = ask(url)
    if isinstance(answer, Answer) and isinstance(answer.body, dict):
        if answer.status == 200 and "status" in answer.body:  # noqa: PLR2004
            yield good(f"The companion answers through the proxy at {url}.")
            return
        if "error" in answer.body:
            yield bad(
                f"The launcher answers at {url}, the companion does not. See the lines"
                " of commons-launcher in the hub's log."
            )
            return
    status = answer.status if isinstance(answer, Answer) else answer
    yield bad(
        f"{url} is not the companion's ({status}). Restart the hub after adding"
        " configure(c), and see whether a proxy in front of it passes /services/ on."
    )


def _token(
    base: str, token: str | None, name: str, scopes: tuple[str, ...] | None
) -> Iterator[Finding]:
    if not token:
        yield good("Scopes were not checked; give --token to do so.")
        return
    answer = ask(f"{base}/hub/api/user", token)
    if not isinstance(answer, Answer) or not isinstance(answer.body, dict):
        yield bad("The hub does not say whose token this is. Try again.")
    elif answer.status != 200:  # noqa: PLR2004
        yield bad("The hub does not know this token. Give one that is valid now.")
    elif answer.body.get("kind") == "service" and answer.body.get("name") == name:
        yield _service_scopes(answer.body, name, scopes)
    else:
        yield from _service_roles(base, token, name)


def _service_scopes(
    model: dict[str, Any], name: str, scopes: tuple[str, ...] | None
) -> Finding:
    held = {str(scope) for scope in model.get("scopes") or []}
    wanted = set(scopes or SCOPES)
    # Every service may identify itself; that comes without a role.
    own = {scope for scope in held if scope.endswith(f"!service={name}")}
    # Without the configuration nobody knows which of these were asked for.
    perhaps = {*QUOTA_SCOPES} if scopes is None else set()
    more = held - own - wanted - perhaps
    if wanted - held:
        return bad(
            f"The service lacks {', '.join(sorted(wanted - held))}. Make configure(c)"
            " the last line of jupyterhub_config.py and restart the hub."
        )
    if more:
        return bad(
            f"The service holds more than it needs: {', '.join(sorted(more))}. Remove"
            " it from other roles in c.JupyterHub.load_roles."
        )
    return good("The service holds exactly the scopes it needs.")


def _service_roles(base: str, token: str, name: str) -> Iterator[Finding]:
    """With an admin's token: the roles of the service, by name."""
    answer = ask(f"{base}/hub/api/services/{quote(name)}", token)
    model = answer.body if isinstance(answer, Answer) else None
    roles = model.get("roles") if isinstance(model, dict) else None
    if not isinstance(roles, list):
        yield bad(
            f"This token may not see the service {name}. Give the token of an admin, or"
            " the service's own."
        )
    elif more := {str(role) for role in roles} - {f"{name}-companion-reads"}:
        yield bad(
            f"The service has roles it does not need: {', '.join(sorted(more))}. Remove"
            f" {name} from their 'services' in c.JupyterHub.load_roles."
        )
    elif not roles:
        yield bad(
            "The service has no role. Make configure(c) the last line of"
            " jupyterhub_config.py and restart the hub."
        )
    else:
        yield good("The service has its own role and no other.")
