"""Which Node and which companion are run, and what is said when there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterlab_commons import node


def pretend_node(folder: Path, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "node"
    file.write_text(f"#!/bin/sh\necho {version}\n")
    file.chmod(0o755)
    return file


def be_the_companion(main: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What `commons-companion` does."""
    script = "from jupyterlab_commons.node import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *options],
        env={**os.environ, "COMMONS_COMPANION": main},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_wheel_node", lambda: None)


def test_a_node_on_the_path_that_is_new_enough(
    no_wheel: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pretend_node(tmp_path, "v24.1.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.find_node() == str(file)


@pytest.mark.parametrize("version", ["v22.20.0", "nonsense", "v9.99.99"])
def test_one_that_is_too_old_is_named_with_what_to_do(
    no_wheel: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    file = pretend_node(tmp_path, version)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(node.NodeMissingError) as reason:
        node.find_node()
    assert "pip install 'jupyterlab-commons[companion]'" in str(reason.value)
    assert str(file) in str(reason.value)


def test_the_wheels_node_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = pretend_node(tmp_path / "wheel", "v24.9.0")
    pretend_node(tmp_path / "path", "v25.0.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/bin")
    monkeypatch.setattr(node, "_wheel_node", lambda: str(wheel))
    assert node.find_node() == str(wheel)


def test_the_command_is_the_companion_itself(tmp_path: Path) -> None:
    main = tmp_path / "main.mjs"
    main.write_text("console.log(process.argv.slice(2).join()); process.exit(5);")
    answer = be_the_companion(str(main), "--port", "0")
    assert (answer.stdout.strip(), answer.returncode) == ("--port,0", 5)


def test_the_command_without_a_companion_says_one_sentence() -> None:
    answer = be_the_companion("/nonexistent")
    assert answer.returncode == 1
    assert answer.stderr == "COMMONS_COMPANION names no file: /nonexistent\n"
