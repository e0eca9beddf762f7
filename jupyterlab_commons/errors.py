"""Those rows of the table of refusals (protocol/src/errors.ts) that Python gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DETAIL_CHARS = 256


@dataclass(frozen=True)
class Refusal:
    """One row: the HTTP status and the sentence that a person may be shown."""

    status: int
    text: str


REFUSALS = {
    "BAD_REQUEST": Refusal(
        400,
        "The request could not be read. The detail says which part to correct.",
    ),
    "FILE_MISSING": Refusal(
        404,
        "The file is not where it was. Put it back, or share it again from its new"
        " place.",
    ),
    "FILE_UNSHAREABLE": Refusal(
        422,
        "This file cannot be shared: it must be a readable notebook or a UTF-8 text"
        " file inside your own folder.",
    ),
    "FILE_CHANGED": Refusal(
        409,
        "The file was changed outside the live document. Neither was overwritten."
        " Choose which to keep; the other is kept beside it.",
    ),
    "FILE_UNWRITABLE": Refusal(
        507,
        "The file could not be written on its owner's server. Make room on the disk,"
        " or make the file and its folder writable; it is tried again by itself, and"
        " no edit is lost.",
    ),
    "TOO_LARGE": Refusal(
        413,
        "This is larger than the companion accepts. The detail names the limit and"
        " its setting.",
    ),
    "TOO_MANY": Refusal(
        429,
        "Too many connections or documents are open. Close some and try again.",
    ),
    "GIT_FAILED": Refusal(
        500,
        "Git could not do this. The detail is what it said; nothing was changed.",
    ),
    "GIT_NOT_FOUND": Refusal(
        404,
        "There is no such commit, or the file is not in that version. History may"
        " have been rewritten; look again.",
    ),
    "GIT_MOVED": Refusal(
        409,
        "The repository has changed since you looked. Nothing was done. Look again,"
        " then repeat it.",
    ),
    "GIT_UNTRUSTED": Refusal(
        403,
        "This would run programs that the repository names. Look at them and trust"
        " the repository first.",
    ),
    "GIT_AUTH": Refusal(
        422,
        "The remote wants a user name and a password or token, or does not accept"
        " the ones given.",
    ),
    "GIT_REDIRECTED": Refusal(
        422,
        "The remote's address has moved to another one, and nothing typed was sent"
        " there. Change the address if you know the new one, or ask the admin.",
    ),
    "GIT_REFUSED": Refusal(
        409,
        "Git refuses, so that nothing is lost. The detail says what is in the way.",
    ),
    "GIT_BUSY": Refusal(
        503,
        "Another git command holds this repository. Try again in a moment.",
    ),
    "USAGE_LOST": Refusal(
        503,
        "This server sends no figures of its use. If it has stopped, start it again;"
        " otherwise its server extension jupyterlab_commons is not enabled.",
    ),
    "STOPPING": Refusal(
        503,
        "The companion is starting or stopping. Your edits are kept; it is tried"
        " again by itself.",
    ),
    "INTERNAL": Refusal(
        500,
        "The companion made a mistake. Nothing saved is lost; the admin sees the"
        " reason in its log.",
    ),
}


class CommonsError(Exception):
    """The one exception that our own code raises on purpose."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = printable(detail)
        super().__init__(
            f"{REFUSALS[code].text} ({self.detail})" if detail else REFUSALS[code].text
        )

    @property
    def status(self) -> int:
        return REFUSALS[self.code].status

    def body(self) -> dict[str, Any]:
        """Shaped as `ErrorBody` of the protocol."""
        error = {"code": self.code, "message": REFUSALS[self.code].text}
        if self.detail:
            error["detail"] = self.detail
        return {"error": error}


def printable(value: object, most: int = DETAIL_CHARS) -> str:
    """One short line without control characters, whoever wrote the value."""
    text = str(value)
    line = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    return line if len(line) <= most else line[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
