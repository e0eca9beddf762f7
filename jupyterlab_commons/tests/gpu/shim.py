"""Builds the shim of NVML and writes its control file; see nvml_shim.c.

    python -m jupyterlab_commons.tests.gpu.shim <folder>

prints the path of the library that it built there. A server that is started
with COMMONS_NVML_LIBRARY=<that path> and COMMONS_NVML_SHIM=<control file> has
the GPUs that the control file says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = Path(__file__).with_name("nvml_shim.c")
# NVIDIA's own binding finds it by this name, with LD_LIBRARY_PATH.
LIBRARY = "libnvidia-ml.so.1"


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def build(folder: Path, *without: str) -> Path:
    """The library, built in `folder`; `without` as in `WITHOUT_V3`."""
    cc = compiler()
    if cc is None:
        raise RuntimeError("Install a C compiler, such as gcc.")
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / LIBRARY
    subprocess.run(
        [
            cc,
            *("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"),
            *(f"-DWITHOUT_{name}" for name in without),
            *("-o", str(library), str(SOURCE), "-lpthread"),
        ],
        check=True,
    )
    return library


def write_control(file: Path, settings: Mapping[str, object]) -> None:
    """What the shim says from the next call on."""
    lines = "".join(f"{key} {value}\n" for key, value in settings.items())
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(lines, encoding="utf8")
    os.replace(fresh, file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m jupyterlab_commons.tests.gpu.shim <folder>")
    print(build(Path(sys.argv[1])))
