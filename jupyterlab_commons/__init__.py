"""The Python part of JupyterLab Commons, in each user's server and beside the hub."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

try:
    __version__ = version("jupyterlab-commons")
except PackageNotFoundError:
    # Imported from a checkout that was never installed.
    __version__ = "0+checkout"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyterlab-commons"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    # Imported here: the hub imports this package too and has no jupyter_server.
    from .extension import CommonsExtension  # noqa: PLC0415

    return [{"module": "jupyterlab_commons", "app": CommonsExtension}]
