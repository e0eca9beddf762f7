"""No defence can be taken away unnoticed: a few by chance, all with COMMONS_LONG.

`node scripts/git-defences.mjs` prints the whole table.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterlab_commons.tests.chance import by_chance

SOME = 5
PLUGIN = "jupyterlab_commons.tests.git.stripping"
TESTS_FAILED = 1


def without(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "--tb=no"),
            *("--show-capture=no", "-p", PLUGIN, "--without", name),
            str(Path(__file__).parent),
        ],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )


def all_names() -> list[str]:
    """Asked of another process: here they would be loaded into every test."""
    said = without("?")
    lines = (said.stdout + said.stderr).partition("Defences:")[2].splitlines()
    return [line.strip(" !") for line in lines if line.strip(" !")]


@pytest.fixture(scope="module")
def names() -> list[str]:
    found = all_names()
    assert len(found) > 40
    return found


@pytest.mark.parametrize("number", range(SOME))
def test_a_defence_that_is_taken_away_is_missed(names: list[str], number: int) -> None:
    chosen = by_chance("defences").sample(names, len(names))
    many = chosen[number::SOME] if os.environ.get("COMMONS_LONG") else [chosen[number]]
    for name in many:
        done = without(name)
        assert done.returncode == TESTS_FAILED, f"{name}: {done.stdout[-2000:]}"
