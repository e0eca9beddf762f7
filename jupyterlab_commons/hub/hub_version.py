"""Which JupyterHub reads this configuration."""

from __future__ import annotations

from importlib import import_module


def hub_is_before(major: int) -> bool:
    """False where no hub is installed: then nobody knows, and most are newer."""
    try:
        version = import_module("jupyterhub").version_info
    except (ImportError, AttributeError):
        return False
    return bool(version < (major,))
