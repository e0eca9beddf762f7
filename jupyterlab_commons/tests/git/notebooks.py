"""Notebooks for the tests."""

from __future__ import annotations

import json
from typing import Any


def cell(
    source: str, identity: str | None = None, *outputs: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A code cell as a file has it."""
    made: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "source": source.splitlines(keepends=True),
        "outputs": list(outputs),
        **more,
    }
    return made if identity is None else {"id": identity, **made}


def markdown(source: str, identity: str | None = None) -> dict[str, Any]:
    made = {"cell_type": "markdown", "metadata": {}, "source": source}
    return made if identity is None else {"id": identity, **made}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def png(data: str) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/plain": ["<Figure>"], "image/png": data},
    }


def notebook(*cells: Any, **metadata: Any) -> str:
    """The text of a notebook file."""
    made = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1) + "\n"
