"""Which programs a repository's own configuration and hooks would start."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jupyterlab_commons.errors import printable

from .process import without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAX_PROGRAMS = 200
_KEY_CHARS = 1024
_VALUE_CHARS = 4096
_HOOK_BYTES = 4 * 1024 * 1024
_OWN_SCOPES = ("local", "worktree")

# Keys whose value is a program, or decides which program is run, or which file
# is written. Section and variable are lower case in git's listing.
_PROGRAM_KEYS = re.compile(
    r"core\.(fsmonitor|hookspath|sshcommand|gitproxy|askpass|pager|editor"
    r"|alternaterefscommand)"
    r"|pager\..*|alias\..*|sequence\.editor|credential\.(.*\.)?helper"
    r"|filter\..*\.(clean|smudge|process)|hook\..*\.command"
    r"|diff\.external|diff\..*\.(command|textconv)|merge\..*\.driver"
    r"|(diff|merge)tool\..*\.(cmd|path)|gpg\.(.*\.)?(program|defaultkeycommand)"
    r"|remote\..*\.(uploadpack|receivepack|vcs|url|pushurl)|submodule\..*\.update"
    r"|branch\..*\.(remote|pushremote)|remote\.pushdefault"
    r"|url\..*\.(insteadof|pushinsteadof)|http\.(.*\.)?savecookies"
    # Not programs, but where a typed password would go.
    r"|http\.(.*\.)?(proxy|sslverify|sslcainfo|sslcapath|curloptresolve)"
    r"|uploadpack\.packobjectshook|trailer\..*\.(command|cmd)"
    r"|lfs\.(.*\.)?(path|clean|smudge|standalonetransferagent)"
    r"|browser\..*\.(cmd|path)|man\..*\.(cmd|path)|web\.browser"
    r"|interactive\.difffilter|sendemail\..*|tar\..*\.command"
    r"|include\.path|includeif\..*\.path",
    re.DOTALL,
)
# Of these, only a value that begins so is a program.
_ONLY_SHELL = re.compile(r"(alias|submodule)\..*", re.DOTALL)
_BOOLEANS = {"", "true", "yes", "on", "1", "false", "no", "off", "0"}
_OFF = {"", "false", "no", "off", "0"}
# Addresses: what is on this machine runs the hooks that lie there, and a word
# before `::` is a program.
_ADDRESS = re.compile(r"remote\..*\.(url|pushurl)", re.DOTALL)
_REWRITE = re.compile(r"url\.(.*)\.(insteadof|pushinsteadof)", re.DOTALL)
_REMOTE_NAME = re.compile(r"branch\..*\.(remote|pushremote)|remote\.pushdefault")
_FAR = re.compile(r"(https?|ssh|git|git\+ssh|ssh\+git)://|[^-/:][^/:]*:(?!:|//)")

NETWORK = re.compile(
    r"core\.(sshcommand|gitproxy|askpass)|credential\..*|remote\..*|branch\..*"
    r"|url\..*|http\..*|gpg\..*|lfs\..*",
    re.DOTALL,
)
FILTERING = re.compile(r"filter\..*|merge\..*|lfs\..*", re.DOTALL)
# What switches each of them off by its name.
_SWITCHES = (
    (
        re.compile(r"(filter\..*\.)(clean|smudge|process)", re.DOTALL),
        {"clean": "", "smudge": "", "process": "", "required": "false"},
    ),
    (re.compile(r"(hook\..*\.)command", re.DOTALL), {"enabled": "false"}),
)


class Setting(NamedTuple):
    """One line of git's configuration; a key without value has an empty one."""

    scope: str
    key: str
    value: str


@dataclass(frozen=True)
class Program:
    """One line of the list that a person sees; `key` of a hook is its file name."""

    key: str
    value: str
    scope: str


@dataclass(frozen=True)
class Programs:
    """All that a repository would start, at one moment."""

    shown: tuple[Program, ...] = ()
    # Other keys, values or contents of hooks make another seal; none has none.
    seal: str = ""
    # False: more than a person can be shown, so nobody can agree to it.
    whole: bool = True
    # Settings that switch off what starts when files are read.
    blanks: tuple[tuple[str, str], ...] = ()

    def matching(self, keys: re.Pattern[str]) -> list[str]:
        """The keys of one kind, for a refusal that names them."""
        return [
            each.key
            for each in self.shown
            if each.scope != "hook" and keys.fullmatch(each.key.lower())
        ]


def read_settings(listing: bytes) -> list[Setting]:
    """Of `config --list --show-scope -z`, without what we have set ourselves."""
    fields = listing.split(b"\0")
    settings = []
    for scope, setting in zip(fields[0::2], fields[1::2], strict=False):
        key, _, value = setting.partition(b"\n")
        if scope != b"command":
            settings.append(
                Setting(
                    scope.decode("ascii", "replace"),
                    key.decode("utf-8", "surrogateescape"),
                    value.decode("utf-8", "surrogateescape"),
                )
            )
    return settings


def read_programs(settings: Sequence[Setting], top: Path, common: Path) -> Programs:
    """Reads the hooks as well; not for the event loop."""
    latest = {each.key.lower(): each for each in settings}
    found = [each for each in settings if _is_program(each, latest)]
    hooks = _hooks(latest.get("core.hookspath"), top, common)
    if not found and not hooks:
        return Programs()
    sealed = json.dumps([found, hooks]).encode("utf-8", "surrogatepass")
    named = [Program(_shown(e.key), _shown(e.value), e.scope) for e in found]
    named += [Program(_shown(name), "", "hook") for name, _ in hooks]
    shown = tuple(_cut(each) for each in named[:MAX_PROGRAMS])
    seal = hashlib.sha256(sealed).hexdigest()
    return Programs(shown, seal, shown == tuple(named), _blanks(settings, found))


def _is_program(each: Setting, latest: Mapping[str, Setting]) -> bool:
    key, value = each.key.lower(), each.value.lower()
    if each.scope not in _OWN_SCOPES or not _PROGRAM_KEYS.fullmatch(key):
        return False
    if _ADDRESS.fullmatch(key):
        return not _FAR.match(value)
    if (rewrite := _REWRITE.fullmatch(each.key)) is not None:
        return not _FAR.match(rewrite[1])
    if _REMOTE_NAME.fullmatch(key):
        known = value == "." or f"remote.{value}.url" in latest
        return not known and not _FAR.match(value)
    return not _is_harmless(key, value)


def _is_harmless(key: str, value: str) -> bool:
    """A word that switches something on or off where a program might stand."""
    if key.startswith("http.") and key.endswith(".sslverify"):
        return value in _BOOLEANS - _OFF
    if key == "core.fsmonitor" or key.startswith("http."):
        return value in _OFF
    if _ONLY_SHELL.fullmatch(key):
        return not value.startswith("!")
    return key.startswith("pager.") and value in _BOOLEANS


def _blanks(
    settings: Sequence[Setting], found: Sequence[Setting]
) -> tuple[tuple[str, str], ...]:
    """The repository's own; and everybody's where it steers what those would run."""
    steered = any(each.key.lower().startswith("lfs.") for each in found)
    blanks: dict[str, str] = {}
    for each in settings if steered else found:
        for keys, switches in _SWITCHES:
            if (match := keys.fullmatch(each.key)) is not None:
                blanks |= {match[1] + name: off for name, off in switches.items()}
    return tuple(blanks.items())


def _hooks(
    configured: Setting | None, top: Path, common: Path
) -> list[tuple[str, str]]:
    """Name and sum of each hook that lies in the repository."""
    folder = common / "hooks"
    if configured is not None:
        place = os.path.expanduser(configured.value)
        if configured.scope not in _OWN_SCOPES and os.path.isabs(place):
            # The user's own hooks, for all repositories.
            return []
        folder = top / place
    try:
        names = sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []
    return [
        (name, _sum(folder / name))
        for name in names
        if not name.endswith(".sample") and os.access(folder / name, os.X_OK)
    ]


def _sum(file: Path) -> str:
    """Of its contents; what cannot be read, or waits for a writer, has no sum."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(handle, "rb") as opened:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return "" if stat.S_ISDIR(about.st_mode) else "?"
        content = opened.read(_HOOK_BYTES)
    size = f"{about.st_size}:".encode()
    return hashlib.sha256(size + content).hexdigest()


def _cut(each: Program) -> Program:
    key, value = printable(each.key, _KEY_CHARS), printable(each.value, _VALUE_CHARS)
    return Program(key, value, each.scope)


def _shown(text: str) -> str:
    """Without secrets; what a terminal would not print is written out."""
    return "".join(
        char if char.isprintable() else f"<{ord(char):04X}>"
        for char in without_secrets(text)
    )
