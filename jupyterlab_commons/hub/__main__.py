"""`python -m jupyterlab_commons.hub check`: says what is wrong with an installation."""

from __future__ import annotations

import argparse
import os
import sys

from .check import CheckOptions, run_checks


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each finding; 1 when something must be corrected."""
    parser = argparse.ArgumentParser(prog="python -m jupyterlab_commons.hub")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="say what is wrong with an installation")
    check.add_argument(
        "--config",
        metavar="FILE",
        help="the hub's configuration; default jupyterhub_config.py, if there is one",
    )
    check.add_argument(
        "--hub-url",
        metavar="URL",
        help="the address at which people open the hub; asks the running hub, too",
    )
    check.add_argument(
        "--token",
        metavar="T",
        default=os.environ.get("JUPYTERHUB_API_TOKEN"),
        help="of the service, or of an admin; default $JUPYTERHUB_API_TOKEN",
    )
    given = parser.parse_args(arguments)
    findings = run_checks(CheckOptions(given.config, given.hub_url, given.token))
    for finding in findings:
        print(finding.line())  # noqa: T201
    return 1 if any(finding.problem for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
