"""NVIDIA's management library through ctypes; no package, nothing to install.

Every call releases the interpreter lock while it is in the driver, so a call
that hangs stops its own thread and nothing else. One thread at a time may use
an `Nvml`.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_uint, c_ulonglong, sizeof
from typing import TYPE_CHECKING, Any, NamedTuple

from . import nvml_structs as n
from .nvml_structs import Answer, Handle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ctypes import Structure

LIBRARY = "libnvidia-ml.so.1"
# A list of processes that still grows after so many tries is not waited for.
LIST_TRIES = 4
MOST_PROCESSES = 4096
# 535.43 to 535.86 write rows of 32 bytes where the header says 24. The list is
# not used there, and the room for it is always enough for such rows.
WIDEST_ROW = 32

_UINT = POINTER(c_uint)
_ULL = POINTER(c_ulonglong)
_TEXT = (Handle, ctypes.c_char_p, c_uint)
_FIGURE = (Handle, _UINT)
_PROCESSES = (Handle, _UINT, ctypes.c_void_p)

SIGNATURES: dict[str, tuple[Any, ...]] = {
    "nvmlInit_v2": (),
    "nvmlShutdown": (),
    "nvmlSystemGetDriverVersion": (ctypes.c_char_p, c_uint),
    "nvmlDeviceGetCount_v2": (_UINT,),
    "nvmlDeviceGetHandleByIndex_v2": (c_uint, POINTER(Handle)),
    "nvmlDeviceGetName": _TEXT,
    "nvmlDeviceGetUUID": _TEXT,
    "nvmlDeviceGetMinorNumber": _FIGURE,
    "nvmlDeviceGetUtilizationRates": (Handle, POINTER(n.Utilisation)),
    "nvmlDeviceGetMemoryInfo": (Handle, POINTER(n.Memory)),
    "nvmlDeviceGetMemoryInfo_v2": (Handle, POINTER(n.MemoryV2)),
    "nvmlDeviceGetPowerUsage": _FIGURE,
    "nvmlDeviceGetEnforcedPowerLimit": _FIGURE,
    "nvmlDeviceGetTemperature": (Handle, c_int, _UINT),
    "nvmlDeviceGetTemperatureV": (Handle, POINTER(n.Temperature)),
    "nvmlDeviceGetFanSpeed": _FIGURE,
    "nvmlDeviceGetClockInfo": (Handle, c_int, _UINT),
    "nvmlDeviceGetMaxClockInfo": (Handle, c_int, _UINT),
    "nvmlDeviceGetCurrentClocksEventReasons": (Handle, _ULL),
    "nvmlDeviceGetCurrentClocksThrottleReasons": (Handle, _ULL),
    "nvmlDeviceGetTotalEccErrors": (Handle, c_int, c_int, _ULL),
    "nvmlDeviceGetFieldValues": (Handle, c_int, POINTER(n.FieldValue)),
    "nvmlDeviceGetComputeRunningProcesses_v3": _PROCESSES,
    "nvmlDeviceGetComputeRunningProcesses_v2": _PROCESSES,
    "nvmlDeviceGetComputeRunningProcesses": _PROCESSES,
    "nvmlDeviceGetGraphicsRunningProcesses_v3": _PROCESSES,
    "nvmlDeviceGetGraphicsRunningProcesses_v2": _PROCESSES,
    "nvmlDeviceGetGraphicsRunningProcesses": _PROCESSES,
    "nvmlDeviceGetMigMode": (Handle, _UINT, _UINT),
    "nvmlDeviceGetMaxMigDeviceCount": _FIGURE,
    "nvmlDeviceGetMigDeviceHandleByIndex": (Handle, c_uint, POINTER(Handle)),
    "nvmlDeviceGetGpuInstanceId": _FIGURE,
    "nvmlDeviceGetComputeInstanceId": _FIGURE,
    "nvmlEventSetCreate": (POINTER(Handle),),
    "nvmlEventSetWait_v2": (Handle, POINTER(n.Event), c_uint),
    "nvmlEventSetFree": (Handle,),
    "nvmlDeviceRegisterEvents": (Handle, c_ulonglong, Handle),
}


class NvmlError(Exception):
    """Any answer but success; a function that the library lacks is 13."""

    def __init__(self, function: str, answer: int) -> None:
        self.answer = answer
        super().__init__(f"{function} answers {answer}")


class LibraryMissingError(Exception):
    """There is no NVML here: the normal case of a machine without NVIDIA GPUs."""


class FieldReading(NamedTuple):
    """A field value; `wide` says that the counter does not go round by the second."""

    value: int
    wide: bool


class Nvml:
    """The functions that are used here, with Python's types on both sides."""

    def __init__(self, library: str = LIBRARY) -> None:
        try:
            self._library = ctypes.CDLL(library)
        except OSError as reason:
            raise LibraryMissingError(str(reason)) from None
        self._functions: dict[str, Any] = {}

    def start(self) -> None:
        self._call("nvmlInit_v2")

    def stop(self) -> None:
        self._call("nvmlShutdown")

    def driver_version(self) -> str:
        text = ctypes.create_string_buffer(n.VERSION_BYTES)
        self._call("nvmlSystemGetDriverVersion", text, n.VERSION_BYTES)
        return text.value.decode("utf8", "replace")

    def count(self) -> int:
        count = c_uint()
        self._call("nvmlDeviceGetCount_v2", byref(count))
        return count.value

    def device(self, index: int) -> Handle:
        handle = Handle()
        self._call("nvmlDeviceGetHandleByIndex_v2", index, byref(handle))
        return handle

    def name(self, device: Handle) -> str:
        return self._text("nvmlDeviceGetName", device)

    def uuid(self, device: Handle) -> str:
        return self._text("nvmlDeviceGetUUID", device)

    def minor(self, device: Handle) -> int:
        """The number in the name of its file, `/dev/nvidia<minor>`."""
        return self._figure("nvmlDeviceGetMinorNumber", device)

    def utilisation(self, device: Handle) -> tuple[int, int]:
        """Percent of time in which kernels ran, and in which memory was accessed."""
        rates = n.Utilisation()
        self._call("nvmlDeviceGetUtilizationRates", device, byref(rates))
        return rates.gpu, rates.memory

    def memory(self, device: Handle) -> tuple[int, int]:
        """Used and total; without what the driver reserves, where it is told apart."""
        newer = n.MemoryV2(version=n.version_of(n.MemoryV2, 2))
        try:
            self._call("nvmlDeviceGetMemoryInfo_v2", device, byref(newer))
        except NvmlError as error:
            if error.answer == Answer.GPU_IS_LOST:
                raise
        else:
            return newer.used, newer.total
        older = n.Memory()
        self._call("nvmlDeviceGetMemoryInfo", device, byref(older))
        return older.used, older.total

    def power(self, device: Handle) -> float:
        return self._figure("nvmlDeviceGetPowerUsage", device) / 1000

    def power_limit(self, device: Handle) -> float:
        return self._figure("nvmlDeviceGetEnforcedPowerLimit", device) / 1000

    def temperature(self, device: Handle) -> int:
        newer = n.Temperature(version=n.version_of(n.Temperature, 1))
        try:
            self._call("nvmlDeviceGetTemperatureV", device, byref(newer))
        except NvmlError as error:
            if error.answer == Answer.GPU_IS_LOST:
                raise
        else:
            return int(newer.temperature)
        degrees = c_uint()
        self._call("nvmlDeviceGetTemperature", device, n.SENSOR_DIE, byref(degrees))
        return degrees.value

    def fan(self, device: Handle) -> int:
        return self._figure("nvmlDeviceGetFanSpeed", device)

    def clock(self, device: Handle, kind: int) -> int:
        clock = c_uint()
        self._call("nvmlDeviceGetClockInfo", device, kind, byref(clock))
        return clock.value

    def clock_most(self, device: Handle, kind: int) -> int:
        clock = c_uint()
        self._call("nvmlDeviceGetMaxClockInfo", device, kind, byref(clock))
        return clock.value

    def clock_reasons(self, device: Handle) -> int:
        """The bit mask of why it runs below its clock, under its new or old name."""
        mask = c_ulonglong()
        newer = "nvmlDeviceGetCurrentClocksEventReasons"
        older = "nvmlDeviceGetCurrentClocksThrottleReasons"
        self._call(newer if self._has(newer) else older, device, byref(mask))
        return mask.value

    def ecc_errors(self, device: Handle) -> int:
        """Uncorrected ones since the driver was loaded."""
        errors = c_ulonglong()
        self._call(
            "nvmlDeviceGetTotalEccErrors",
            device,
            n.ERROR_UNCORRECTED,
            n.ECC_SINCE_LOAD,
            byref(errors),
        )
        return errors.value

    def fields(
        self, device: Handle, wanted: Sequence[tuple[int, int]]
    ) -> list[FieldReading | None]:
        """Of each (field, scope) its value, or None where it is not reported."""
        values = (n.FieldValue * len(wanted))()
        for value, (field, scope) in zip(values, wanted, strict=True):
            value.field, value.scope = field, scope
        self._call("nvmlDeviceGetFieldValues", device, len(wanted), values)
        return [_field_reading(value) for value in values]

    def processes(self, device: Handle) -> dict[int, int | None]:
        """Memory by pid, as the driver counts pids; None where it is not known."""
        computing = self._processes("Compute", device)
        try:
            drawing = self._processes("Graphics", device)
        except NvmlError as error:
            if error.answer == Answer.GPU_IS_LOST:
                raise
            drawing = {}
        return {**drawing, **computing}

    def mig_enabled(self, device: Handle) -> bool:
        current, pending = c_uint(), c_uint()
        self._call("nvmlDeviceGetMigMode", device, byref(current), byref(pending))
        return current.value == 1

    def mig_most(self, device: Handle) -> int:
        return self._figure("nvmlDeviceGetMaxMigDeviceCount", device)

    def mig_device(self, device: Handle, index: int) -> Handle:
        handle = Handle()
        self._call("nvmlDeviceGetMigDeviceHandleByIndex", device, index, byref(handle))
        return handle

    def mig_instance(self, device: Handle) -> tuple[int, int]:
        """The numbers of its GPU instance and its compute instance."""
        return (
            self._figure("nvmlDeviceGetGpuInstanceId", device),
            self._figure("nvmlDeviceGetComputeInstanceId", device),
        )

    def event_set(self) -> Handle:
        handle = Handle()
        self._call("nvmlEventSetCreate", byref(handle))
        return handle

    def register_xid(self, device: Handle, events: Handle) -> None:
        self._call("nvmlDeviceRegisterEvents", device, n.EVENT_XID, events)

    def next_event(self, events: Handle) -> n.Event:
        """One that has happened; never waits, but raises a timeout."""
        event = n.Event()
        self._call("nvmlEventSetWait_v2", events, byref(event), 0)
        return event

    def free_events(self, events: Handle) -> None:
        self._call("nvmlEventSetFree", events)

    def _processes(self, kind: str, device: Handle) -> dict[int, int | None]:
        name = f"nvmlDeviceGet{kind}RunningProcesses"
        for newer in (f"{name}_v3", f"{name}_v2"):
            if self._has(newer):
                return self._process_list(newer, device, n.ProcessV2)
        return self._process_list(name, device, n.ProcessV1)

    def _process_list(
        self, function: str, device: Handle, row: type[Structure]
    ) -> dict[int, int | None]:
        room = 32
        for _ in range(LIST_TRIES):
            rows = ctypes.create_string_buffer(room * WIDEST_ROW)
            count = c_uint(room)
            try:
                self._call(function, device, byref(count), rows)
            except NvmlError as error:
                if error.answer != Answer.INSUFFICIENT_SIZE:
                    raise
                # Others may start meanwhile.
                room = min(max(count.value, room) * 2, MOST_PROCESSES)
            else:
                return _process_rows(rows, row, min(count.value, room))
        raise NvmlError(function, Answer.INSUFFICIENT_SIZE)

    def _text(self, function: str, device: Handle) -> str:
        text = ctypes.create_string_buffer(n.NAME_BYTES)
        self._call(function, device, text, n.NAME_BYTES)
        return text.value.decode("utf8", "replace")

    def _figure(self, function: str, device: Handle) -> int:
        figure = c_uint()
        self._call(function, device, byref(figure))
        return figure.value

    def _has(self, function: str) -> bool:
        return self._function(function) is not None

    def _call(self, name: str, *arguments: Any) -> None:
        function = self._function(name)
        if function is None:
            raise NvmlError(name, Answer.FUNCTION_NOT_FOUND)
        answer = function(*arguments)
        if answer:
            raise NvmlError(name, answer)

    def _function(self, name: str) -> Any:
        """None: the library is older than this function."""
        if name not in self._functions:
            function = getattr(self._library, name, None)
            if function is not None:
                function.argtypes = SIGNATURES[name]
                function.restype = c_int
            self._functions[name] = function
        return self._functions[name]


def _field_reading(field: n.FieldValue) -> FieldReading | None:
    if field.answer or not 0 < field.value_type < len(n.VALUE_MEMBERS):
        return None
    # Type 0 is a fraction; no counter is one.
    value = getattr(field.value, n.VALUE_MEMBERS[field.value_type])
    return FieldReading(int(value), field.value_type in n.WIDE_VALUES)


def _process_rows(
    rows: ctypes.Array[Any], row: type[Structure], count: int
) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for at in range(count):
        process: Any = row.from_buffer(rows, at * sizeof(row))
        known = process.memory < n.NO_MEMORY
        found[process.pid] = process.memory if known else None
    return found
