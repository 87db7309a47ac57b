"""How many seconds this computer's clock, and those of the gateways, are off: where somebody knows it."""

import ctypes
import ctypes.util
from typing import Literal

import msgspec

from hub.app.doctor.line import Line, attention, failed, ok

OFF_S, FAR_OFF_S = 2, 60
_UNSYNCHRONISED = 0x0040
_MICROSECONDS = 1_000_000
_NANO = 0x2000


class Drift(msgspec.Struct, frozen=True):
    """So many milliseconds the clock is ahead (behind where negative), and by whose word."""

    ahead_ms: int
    by: Literal["cloud", "ntp"]


class _Timex(ctypes.Structure):
    """The kernel's clock discipline, as far as it is read; the rest is room that the kernel wants."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 32),
    )


def kernel_drift() -> Drift | None:
    """What the time service last told the kernel; None where there is none, or it is not in step."""
    library = ctypes.CDLL(ctypes.util.find_library("c") or None, use_errno=True)
    timex = _Timex()
    if not hasattr(library, "adjtimex") or library.adjtimex(ctypes.byref(timex)) < 0:
        return None
    if timex.status & _UNSYNCHRONISED:
        return None
    per_ms = _MICROSECONDS if timex.status & _NANO else 1_000
    return Drift(-round(timex.offset / per_ms), "ntp")


def look_at_drift(cloud_ms: int | None, kernel: Drift | None) -> Line:
    """The cloud's word counts most, then the time service's; without either nobody knows."""
    drift = Drift(cloud_ms, "cloud") if cloud_ms is not None else kernel
    if drift is None:
        return ok("clock", "doctor.drift_unknown")
    seconds = f"{drift.ahead_ms / 1000:+.1f}"
    off_s = abs(drift.ahead_ms) / 1000
    code = "doctor.drift_by_cloud" if drift.by == "cloud" else "doctor.drift_by_ntp"
    if off_s >= FAR_OFF_S:
        return failed("clock", "doctor.drift_far", seconds=seconds)
    make = attention if off_s >= OFF_S else ok
    return make("clock", code, seconds=seconds)


def look_at_gateway_clocks(ahead_ms: dict[str, int]) -> list[Line]:
    """Gateways whose clocks are far from the hub's: ages are by steady time, but their logs mislead."""
    return [
        attention("gateway", "doctor.gateway_drift", gateway=gateway_id, seconds=f"{ms / 1000:+.0f}")
        for gateway_id, ms in sorted(ahead_ms.items())
        if abs(ms) >= FAR_OFF_S * 1000
    ]
