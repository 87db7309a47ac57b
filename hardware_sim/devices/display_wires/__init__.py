"""What two-line displays understand, from the manuals: one file for each command set, found by its name."""

from importlib import import_module
from pkgutil import iter_modules

from hardware_sim.devices.pole import Pole


def protocols() -> list[str]:
    """Every command set there is."""
    return sorted(module.name for module in iter_modules(__path__))


def pole_named(protocol: str, double_byte: bool) -> Pole:
    """A pole that speaks this command set; each file offers it as `Wire`."""
    pole: Pole = import_module(f"{__name__}.{protocol}").Wire(double_byte)
    return pole
