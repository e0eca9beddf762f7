"""A setting that cannot be used is one sentence, and its default is taken."""

from __future__ import annotations

import logging

import pytest

from jupyterlab_commons.settings import SETTINGS, read_settings

LOG = logging.getLogger("settings")


def test_without_any_the_defaults_are_taken(caplog: pytest.LogCaptureFixture) -> None:
    settings = read_settings({"HOME": "/home/ada"}, LOG)
    assert settings == {
        "HOME": "/home/ada",
        "COMMONS_USAGE": "1",
        "COMMONS_NVML_LIBRARY": "libnvidia-ml.so.1",
        "COMMONS_DISK_COMMAND": "",
    }
    assert caplog.records == []


@pytest.mark.parametrize(
    ("env", "text", "value"),
    [
        ("COMMONS_USAGE", "0", "0"),
        ("COMMONS_USAGE", " No ", "0"),
        ("COMMONS_USAGE", "true", "1"),
        ("COMMONS_NVML_LIBRARY", "/opt/nv/libnvidia-ml.so", "/opt/nv/libnvidia-ml.so"),
        ("COMMONS_DISK_COMMAND", "quota -w 'a b'", "quota -w 'a b'"),
        ("COMMONS_DISK_COMMAND", "  ", ""),
    ],
)
def test_what_is_used(
    env: str, text: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_settings({env: text}, LOG)[env] == value
    assert caplog.records == []


@pytest.mark.parametrize(
    ("env", "text", "said"),
    [
        ("COMMONS_USAGE", "maybe", "COMMONS_USAGE must be 1 or 0, not 'maybe'."),
        ("COMMONS_USAGE", "\x1b[1m", "not '\N{REPLACEMENT CHARACTER}[1m'"),
        ("COMMONS_NVML_LIBRARY", "--x", "the name or path of a library"),
        ("COMMONS_DISK_COMMAND", "quota 'a", "a command with its quotes closed"),
    ],
)
def test_what_cannot_be_used_is_said_once(
    env: str, text: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    (default,) = [s.default for s in SETTINGS if s.env == env]
    assert read_settings({env: text}, LOG)[env] == default
    (record,) = caplog.records
    assert said in record.message
