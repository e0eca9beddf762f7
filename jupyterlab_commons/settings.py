"""Every setting of a user's server, once. docs/reference.md shows these rows."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import printable

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping


class SettingError(ValueError):
    """A value that cannot be used; the message is what it must be instead."""


@dataclass(frozen=True)
class Setting:
    """One variable of the environment; `parse` gives the text that is used."""

    env: str
    default: str
    help: str
    parse: Callable[[str], str]


def _one_or_zero(text: str) -> str:
    if text.lower() in ("1", "true", "yes"):
        return "1"
    if text.lower() in ("0", "false", "no"):
        return "0"
    raise SettingError("1 or 0")


def _library(text: str) -> str:
    if "\0" in text or text.startswith("-"):
        raise SettingError("the name or path of a library")
    return text


def _command(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError as reason:
        raise SettingError("a command with its quotes closed") from reason
    if "\0" in text or not words:
        raise SettingError("a command and its arguments")
    return text


USAGE = Setting(
    "COMMONS_USAGE",
    "1",
    "Whether this server measures what it uses (1 or 0).",
    _one_or_zero,
)
NVML_LIBRARY = Setting(
    "COMMONS_NVML_LIBRARY",
    "libnvidia-ml.so.1",
    "Name or path of NVIDIA's library that the GPUs are read with.",
    _library,
)
DISK_COMMAND = Setting(
    "COMMONS_DISK_COMMAND",
    "",
    "Command that prints the quota of the home folder, run without a shell.",
    _command,
)
SETTINGS = (USAGE, NVML_LIBRARY, DISK_COMMAND)


def read_settings(environ: Mapping[str, str], log: logging.Logger) -> dict[str, str]:
    """`environ` with each setting in it; a bad one is one line and its default."""
    result = dict(environ)
    for setting in SETTINGS:
        text = environ.get(setting.env, "").strip()
        try:
            result[setting.env] = setting.parse(text) if text else setting.default
        except SettingError as wanted:
            log.warning(
                "JupyterLab Commons: %s must be %s, not '%s'. %s is used.",
                setting.env,
                wanted,
                printable(text, 100),
                f"'{setting.default}'" if setting.default else "None",
            )
            result[setting.env] = setting.default
    return result
