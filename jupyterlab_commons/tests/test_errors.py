"""Python says no in the words of the protocol."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.errors import REFUSALS, CommonsError, printable
from jupyterlab_commons.link import PROTOCOL_VERSION
from jupyterlab_commons.link_requests import PART_CHARS
from jupyterlab_commons.node import NodeMissingError, find_node

PROTOCOL = Path(__file__).resolve().parents[2] / "protocol" / "src"


@pytest.fixture(scope="module")
def protocol() -> dict[str, Any]:
    """What the TypeScript of the protocol says, read by Node itself."""
    if not PROTOCOL.exists():
        pytest.skip("the protocol is not part of an installed package")
    try:
        node = find_node()
    except NodeMissingError as reason:
        pytest.skip(str(reason))
    script = """
      import { errors } from './errors.ts';
      import { PART_CHARS } from './link.ts';
      import { PROTOCOL_VERSION } from './bodies.ts';
      console.log(JSON.stringify({ errors, PART_CHARS, PROTOCOL_VERSION }));
    """
    answer = subprocess.run(
        [node, "--input-type=module", "-e", script],
        cwd=PROTOCOL,
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_each_refusal_is_a_row_of_the_table(
    protocol: dict[str, Any], code: str
) -> None:
    row = protocol["errors"][code]
    assert (row["status"], row["text"]) == (REFUSALS[code].status, REFUSALS[code].text)


def test_version_and_part_size_are_the_protocols(protocol: dict[str, Any]) -> None:
    assert protocol["PROTOCOL_VERSION"] == PROTOCOL_VERSION
    assert protocol["PART_CHARS"] == 2 * PART_CHARS


def test_the_body_is_that_of_the_protocol() -> None:
    assert CommonsError("FILE_CHANGED").body() == {
        "error": {
            "code": "FILE_CHANGED",
            "message": REFUSALS["FILE_CHANGED"].text,
        }
    }
    assert CommonsError("INTERNAL", "why").body()["error"]["detail"] == "why"


def test_what_somebody_else_wrote_is_one_short_line() -> None:
    assert printable("a\nb\x1b[31m\u202e") == "a\ufffdb\ufffd[31m\ufffd"
    assert len(printable("x" * 10_000)) == 256
    assert len(CommonsError("BAD_REQUEST", "\n" * 10_000).detail) == 256
