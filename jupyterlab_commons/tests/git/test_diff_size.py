"""The answer is small and the work bounded, whatever the notebooks hold."""

from __future__ import annotations

import pytest

from jupyterlab_commons.git import notebooks
from jupyterlab_commons.git.diff import compare
from jupyterlab_commons.git.notebooks import dump
from jupyterlab_commons.git.versions import Version

from .notebooks import cell, notebook, png
from .sample_notebooks import NAMES, pair


def versions(before: bytes, after: bytes) -> tuple[Version, Version]:
    return (
        Version(b"a.ipynb", "file", len(before), before),
        Version(b"a.ipynb", "file", len(after), after),
    )


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_large_notebook_is_told_in_40_kilobytes(name: str, *, ids: bool) -> None:
    before, after = pair(name, ids=ids)
    told = compare(*versions(before, after))
    assert told["kind"] == "notebook"
    assert len(dump(told)) <= 40_000
    changes = {entry["cell"]["change"] for entry in told["cells"] if "cell" in entry}
    assert {"added", "deleted", "changed"} <= changes
    assert any(entry["cell"].get("moved") for entry in told["cells"] if "cell" in entry)


def test_outputs_that_are_the_same_are_not_even_hashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed = 0
    plain = notebooks.canonical

    def counted(value: object) -> bytes:
        nonlocal hashed
        data = plain(value)
        hashed += len(data)
        return data

    monkeypatch.setattr(notebooks, "canonical", counted)
    cells = [cell(f"plot({n})", f"i{n}", png("A" * 100_000)) for n in range(20)]
    before = notebook(*cells).encode()
    cells[3] = cell("plot(3)", "i3", png("B" * 100_000))
    compare(*versions(before, notebook(*cells).encode()))
    assert 200_000 <= hashed <= 201_000
