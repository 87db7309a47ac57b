"""What scales say on their wires, from the manuals: one file for each protocol, found by its name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from hardware_sim.devices.pan import Pan


class ScaleWire(Protocol):
    """`hear` answers the host; `stream` is what the scale says by itself every `every_s`, if it does."""

    every_s: float | None

    def hear(self, data: bytes) -> list[bytes]: ...
    def stream(self) -> bytes: ...


def protocols() -> list[str]:
    """Every wire there is."""
    return sorted(module.name for module in iter_modules(__path__))


def wire_named(protocol: str, pan: Pan) -> ScaleWire:
    """The wire of this name over a pan; each file offers it as `Wire`."""
    wire: ScaleWire = import_module(f"{__name__}.{protocol}").Wire(pan)
    return wire
