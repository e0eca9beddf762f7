"""Who may open the admin's page for single groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP_ADMINS = "COMMONS_GROUP_ADMINS"
ROLE_END = "-group-admins"


def setting_of(group_admins: Mapping[str, Sequence[str]]) -> str:
    """Write it as the companion reads it."""
    return json.dumps({group: list(who) for group, who in group_admins.items()})


def role_of(name: str, group_admins: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Let them through the hub's sign-in for the service, and nothing else.

    Admins of the hub have this by themselves; ordinary users do not.
    """
    named = [who for all_who in group_admins.values() for who in all_who]
    return {
        "name": f"{name}{ROLE_END}",
        "description": "May open the page of JupyterLab Commons for their groups.",
        "scopes": [f"access:services!service={name}"],
        "users": sorted({who for who in named if not who.startswith("@")}),
        "groups": sorted({who[1:] for who in named if who.startswith("@")}),
    }
