"""AEDEX."""

from typing import ClassVar

from hardware_sim.devices.pole import LinePole


class Wire(LinePole):
    """! # and a digit; everything outside of a command is for a device behind the display."""

    call: ClassVar[bytes] = b"!#"
    upper_lower_both: ClassVar[bytes] = b"129"
