"""A control file for the shim, and a machine that looks as a test wants it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyterlab_commons.gpu.nvidia import NvidiaReader

from . import shim
from .host import Host

if TYPE_CHECKING:
    from jupyterlab_commons.gpu.look import Look

NO_COMPILER = "no C compiler is here to build the shim of NVML"
LOG = logging.getLogger("commons.tests.gpu")


@dataclass
class Driver:
    """The NVIDIA driver of a test: what it says, and a reader that listens."""

    library: Path
    file: Path
    host: Host
    settings: dict[str, object] = field(default_factory=dict)

    def says(self, **settings: object) -> None:
        """`gpu_0_util=5` is `gpu.0.util 5`; None takes a line back."""
        self.also({key.replace("_", "."): value for key, value in settings.items()})

    def also(self, settings: dict[str, object]) -> None:
        merged = {**self.settings, **settings}
        self.settings = {k: v for k, v in merged.items() if v is not None}
        shim.write_control(self.file, self.settings)

    def hung(self) -> bool:
        """Whether a call hangs, or has hung before."""
        return self.file.with_name(f"{self.file.name}.hung").exists()

    def reader(self) -> Eyes:
        return Eyes(NvidiaReader(str(self.library), self.host.machine, LOG))


@dataclass
class Eyes:
    """A reader with a clock that the test moves."""

    reader: NvidiaReader
    now: float = 0.0

    def look(self, later: float = 0.0) -> Look:
        self.now += later
        return self.reader.read(self.now, int(self.now * 1000))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shim.compiler() is None:
        pytest.skip(NO_COMPILER)
    return shim.build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


@pytest.fixture
def driver(
    library: Path, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Driver:
    file = tmp_path / "nvml"
    monkeypatch.setenv("COMMONS_NVML_SHIM", str(file))
    driver = Driver(library, file, host)
    driver.also({"gpus": 1})
    return driver
