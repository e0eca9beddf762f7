"""The two forms that a quota command may answer in."""

from __future__ import annotations

import pytest

from jupyterlab_commons.usage.disk_quota import Quota, parse

HEAD = """Disk quotas for user ada (uid 1000):
     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace
"""
KIB = 1024


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("10 20", Quota(10, 20)),
        ("\tused and limit:\n10\t20\r\n30 40\n", Quota(10, 20)),
        ("10 0", Quota(10, None)),
        ("10 20 30", None),
        ("10", None),
        ("-10 20", None),
        ("1e3 20", None),
        ("", None),
        (f"{10**40} 5", None),
        (f"5 {10**17}", Quota(5, None)),
        ("٣ ٤", None),
    ],
)
def test_bytes_used_and_limit(text: str, quota: Quota | None) -> None:
    assert parse(text, "") == quota


@pytest.mark.parametrize(
    ("rows", "quota"),
    [
        ("/dev/sda1 100 200 300 5 0 0", Quota(100 * KIB, 300 * KIB)),
        ("  /dev/sda1 250* 200 300 6days 5 0 0", Quota(250 * KIB, 300 * KIB)),
        ("/dev/sda1 100 200 0 5 0 0", Quota(100 * KIB, 200 * KIB)),
        ("/dev/sda1 100 0 0 5 0 0", Quota(100 * KIB, None)),
        ("nfs:/a/long/name\n      100 200 300 5 0 0", Quota(100 * KIB, 300 * KIB)),
        (
            "/dev/scratch 9 9 9 5 0 0\nnfs:/homes 1 2 3 5 0 0\n/dev/z 8 8 8 5 0 0",
            Quota(KIB, 3 * KIB),
        ),
        ("/dev/x 9 9 10 5 0 0\n/dev/y 1 2 3 5 0 0", Quota(9 * KIB, 10 * KIB)),
        ("/dev/sda1 lots 200 300", None),
        ("", None),
    ],
)
def test_the_table_of_quota(rows: str, quota: Quota | None) -> None:
    assert parse(HEAD + rows + "\n", "nfs:/homes") == quota


def test_a_user_without_a_quota() -> None:
    assert parse("Disk quotas for user ada (uid 1000): none\n", "") is None
