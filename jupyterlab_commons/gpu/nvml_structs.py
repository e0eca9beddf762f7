"""Layouts and numbers of NVIDIA's nvml.h, those that are used here."""

from __future__ import annotations

from ctypes import (
    Structure,
    Union,
    c_double,
    c_int,
    c_longlong,
    c_uint,
    c_ulong,
    c_ulonglong,
    c_ushort,
    c_void_p,
    sizeof,
)
from enum import IntEnum

# A handle of a GPU, of a MIG instance, or of an event set.
Handle = c_void_p

NAME_BYTES = 96
VERSION_BYTES = 80
# All ones is answered for a process whose memory the driver does not know; as
# much as this is in no machine.
NO_MEMORY = 2**53

CLOCK_SM = 1
CLOCK_MEMORY = 2
SENSOR_DIE = 0
ERROR_UNCORRECTED = 1
ECC_SINCE_LOAD = 0
EVENT_XID = 0x8

# Field ids; the scope of those of NVLink is a link, or ALL_LINKS.
PCIE_SENT = 197
PCIE_RECEIVED = 198
NVLINK_COUNT = 91
NVLINK_SENT_KIB = 138
NVLINK_RECEIVED_KIB = 139
NVLINK5_SENT = 202
NVLINK5_RECEIVED = 204
ALL_LINKS = 2**32 - 1


class Answer(IntEnum):
    """What a function of NVML answers."""

    SUCCESS = 0
    UNINITIALIZED = 1
    INVALID_ARGUMENT = 2
    NOT_SUPPORTED = 3
    NO_PERMISSION = 4
    NOT_FOUND = 6
    INSUFFICIENT_SIZE = 7
    DRIVER_NOT_LOADED = 9
    TIMEOUT = 10
    FUNCTION_NOT_FOUND = 13
    GPU_IS_LOST = 15
    RESET_REQUIRED = 16
    LIB_RM_VERSION_MISMATCH = 18
    GPU_NOT_FOUND = 28
    UNKNOWN = 999


class Utilisation(Structure):
    _fields_ = (("gpu", c_uint), ("memory", c_uint))


class Memory(Structure):
    """`used` includes what the driver keeps for itself."""

    _fields_ = (("total", c_ulonglong), ("free", c_ulonglong), ("used", c_ulonglong))


class MemoryV2(Structure):
    _fields_ = (
        ("version", c_uint),
        ("total", c_ulonglong),
        ("reserved", c_ulonglong),
        ("free", c_ulonglong),
        ("used", c_ulonglong),
    )


class Temperature(Structure):
    _fields_ = (("version", c_uint), ("sensor", c_int), ("temperature", c_int))


class ProcessV1(Structure):
    """16 bytes; of the function without a suffix."""

    _fields_ = (("pid", c_uint), ("memory", c_ulonglong))


class ProcessV2(Structure):
    """24 bytes; of the functions `_v2` and `_v3`."""

    _fields_ = (
        ("pid", c_uint),
        ("memory", c_ulonglong),
        ("gpu_instance", c_uint),
        ("compute_instance", c_uint),
    )


class Value(Union):
    _fields_ = (
        ("double", c_double),
        ("int", c_int),
        ("uint", c_uint),
        ("ulong", c_ulong),
        ("ulonglong", c_ulonglong),
        ("longlong", c_longlong),
        ("ushort", c_ushort),
    )


# The member of `Value` for each nvmlValueType_t.
VALUE_MEMBERS = ("double", "uint", "ulong", "ulonglong", "longlong", "int", "ushort")
# Of these, the counters that do not go round within a second.
WIDE_VALUES = frozenset({2, 3, 4})


class FieldValue(Structure):
    _fields_ = (
        ("field", c_uint),
        ("scope", c_uint),
        ("timestamp", c_longlong),
        ("latency", c_longlong),
        ("value_type", c_int),
        ("answer", c_int),
        ("value", Value),
    )


class Event(Structure):
    _fields_ = (
        ("device", Handle),
        ("kind", c_ulonglong),
        ("data", c_ulonglong),
        ("gpu_instance", c_uint),
        ("compute_instance", c_uint),
    )


def version_of(structure: type[Structure], version: int) -> int:
    """What NVML asks for in the first field of a layout that has versions."""
    return sizeof(structure) | version << 24
