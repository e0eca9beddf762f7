"""A version of a file, or one cell of it, to be looked at."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .notebooks import TooManyError, read_notebook
from .revisions import told_path

if TYPE_CHECKING:
    from .notebooks import Notebook
    from .versions import Version

_POINTERS = ("link", "submodule", "lfs")


def told_blob(version: Version, name: str) -> dict[str, Any]:
    """Shaped as `gitBlob`; heavy for large files."""
    told: dict[str, Any] = {
        "path": told_path(version.path),
        "rev": name,
        "bytes": version.size,
    }
    if version.kind == "absent":
        raise CommonsError("GIT_NOT_FOUND")
    if version.kind == "too-large":
        raise CommonsError("TOO_LARGE", f"this version has {version.size} bytes")
    if version.kind == "binary":
        content = base64.b64encode(version.data).decode("ascii")
        return {**told, "format": "base64", "content": content}
    if version.kind in _POINTERS:
        told["is"] = version.kind
    elif version.is_notebook and (notebook := _opened(version)) is not None:
        return {**told, "format": "json", "content": notebook.content}
    return {**told, "format": "text", "content": version.text}


def whole_cell(version: Version, index: int) -> dict[str, Any]:
    """Shaped as `gitCell`."""
    notebook = None if version.kind == "absent" else _opened(version)
    if notebook is None or index >= len(notebook.cells):
        raise CommonsError("GIT_NOT_FOUND")
    return {"cell": notebook.cells[index].raw}


def _opened(version: Version) -> Notebook | None:
    try:
        return read_notebook(version.data)
    except TooManyError:
        raise CommonsError("TOO_LARGE", "this notebook has too many values") from None
