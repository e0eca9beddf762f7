"""docs/reference.md names exactly the scopes and settings of the code."""

import re
from pathlib import Path

from jupyterlab_commons.hub.configure import (
    QUOTA_SCOPES,
    SCOPES,
)
from jupyterlab_commons.settings import SETTINGS

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_scopes_in_the_reference_equal_the_code() -> None:
    section = PAGE.read_text("utf8").split("## Scopes on the hub")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z]+:[a-z:]+)`", section))
    assert named == {*SCOPES, *QUOTA_SCOPES}


def test_the_settings_of_a_server_in_the_reference_equal_the_code() -> None:
    marks = r"<!-- server-settings -->\n\n(.*?)\n\n<!-- /server-settings -->"
    (section,) = re.findall(marks, PAGE.read_text("utf8"), re.DOTALL)
    rows = [
        f"| `{s.env}` | {f'`{s.default}`' if s.default else ''} | {s.help} |"
        for s in SETTINGS
    ]
    head = ["| variable | default | what for |", "| --- | --- | --- |"]
    assert section.splitlines() == head + rows
