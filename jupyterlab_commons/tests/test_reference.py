"""docs/reference.md names exactly the scopes that are asked for."""

import re
from pathlib import Path

from jupyterlab_commons.hub.configure import DIRECTORY_SCOPES, SCOPES

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_scopes_in_the_reference_equal_the_code() -> None:
    section = PAGE.read_text("utf8").split("## Scopes on the hub")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z]+:[a-z:]+)`", section))
    assert named == {*SCOPES, *DIRECTORY_SCOPES}
