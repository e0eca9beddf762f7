"""Whether this machine is fit to run the companion."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from jupyterlab_commons.node import (
    NodeMissingError,
    find_companion,
    find_node,
    node_version,
)

from .findings import bad, good

if TYPE_CHECKING:
    from .findings import Finding

MOUNTS = Path("/proc/mounts")
# SQLite's locks and flushes are not to be relied on there.
NETWORK_TYPES = {
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
}


def check_node() -> Finding:
    """Whether the companion could be started."""
    try:
        node, main = find_node(), find_companion()
    except NodeMissingError as reason:
        return bad(str(reason))
    version = ".".join(map(str, node_version(node)))
    return good(f"Node {version} at {node} runs {main}.")


def check_data_dir(folder: str, mounts: Path = MOUNTS) -> list[Finding]:
    """Whether documents would be safe there."""
    place = Path(os.path.abspath(folder))
    existing = place
    while not existing.exists():
        existing = existing.parent
    findings = []
    kind = file_system_of(os.path.realpath(existing), mounts)
    if kind in NETWORK_TYPES:
        findings.append(
            bad(
                f"The data folder {place} is on a network file system ({kind}), where a"
                " database can be damaged. Choose a local disk:"
                " configure(c, data_dir='...')"
            )
        )
    if not _writable(existing):
        findings.append(
            bad(
                f"The data folder {place} cannot be written by this user. Correct the"
                f" owner of {existing}, or choose another: configure(c, data_dir='...')"
            )
        )
    if existing == place and place.stat().st_mode & 0o077:
        findings.append(
            bad(f"Others can look into {place}. Close it: chmod 700 {place}")
        )
    return findings or [good(f"The data folder {place} is on a local disk ({kind}).")]


def file_system_of(path: str, mounts: Path = MOUNTS) -> str:
    """The type of the mount with the longest matching path, as the kernel names it."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "unknown"
    best, kind = Path(), "unknown"
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004
            continue
        point = Path(fields[1].replace("\\040", " "))
        # A later mount on the same place hides the one before.
        if Path(path).is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, fields[2]
    return kind


def check_port(url: str, prefix: str) -> Finding:
    """Whether the address is free, or held by the companion itself."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as reason:
        if answers_as_companion(f"http://{host}:{port}{prefix}healthz"):
            return good(f"The companion answers at {host}:{port}.")
        return bad(
            f"Port {port} on {host} cannot be had ({reason.strerror or reason})."
            f" Find who uses it with: ss -ltnp 'sport = :{port}'. Or choose another:"
            " configure(c, port=...)"
        )
    return good(f"Port {port} on {host} is free.")


def answers_as_companion(url: str) -> bool:
    """Up, starting or stopping: both answers of `healthz` are known."""
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310
            body = response.read(4096)
    except HTTPError as refusal:
        body = refusal.read(4096)
    except (URLError, OSError, ValueError):
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and ("status" in said or "error" in said)


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
