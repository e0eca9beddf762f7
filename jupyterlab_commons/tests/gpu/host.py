"""A folder that looks like the kernel's files of a machine with GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyterlab_commons.usage.shapes import Machine

FIRST_NAMESPACE = "pid:[4026531836]"
CONTAINER = "pid:[4026532781]"


class Host:
    def __init__(self, root: Path) -> None:
        self.machine = Machine(root)
        self.root = root
        (root / "proc").mkdir(parents=True)
        (root / "dev" / "dri").mkdir(parents=True)
        (root / "sys" / "class" / "drm").mkdir(parents=True)
        self.namespace(CONTAINER)

    def write(self, path: str, text: object) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n", encoding="utf8")

    def namespace(self, name: str) -> None:
        link = self.root / "proc" / "self" / "ns" / "pid"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(name)

    def process(self, pid: int, *files: str, started: int = 1000) -> None:
        """A process that has these open, from descriptor 3 on."""
        numbers = " ".join(["0"] * 18)
        self.write(f"proc/{pid}/stat", f"{pid} (a (name) b) S {numbers} {started} 0 0")
        folder = self.root / "proc" / str(pid) / "fd"
        folder.mkdir(parents=True, exist_ok=True)
        for link in folder.iterdir():
            link.unlink()
        for number, file in enumerate(files, 3):
            (folder / str(number)).symlink_to(file)

    def fdinfo(self, pid: int, number: int, text: str) -> None:
        self.write(f"proc/{pid}/fdinfo/{number}", text)

    def card(self, index: int, vendor: str, files: Mapping[str, object]) -> None:
        """A card with its render node; `files` below its folder in sysfs."""
        node = f"renderD{128 + index}"
        folder = f"sys/class/drm/card{index}"
        self.write(f"{folder}/device/vendor", vendor)
        self.write(f"{folder}/device/drm/{node}/dev", "226:128")
        (self.root / "dev" / "dri" / node).touch()
        for name, text in files.items():
            self.write(f"{folder}/{name}", text)
