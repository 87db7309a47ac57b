"""UTC, enhanced mode."""

from typing import ClassVar

from hardware_sim.devices.pole import LinePole


class Wire(LinePole):
    """ESC u and a letter; everything outside of a command is for a device behind the display."""

    call: ClassVar[bytes] = b"\x1bu"
    upper_lower_both: ClassVar[bytes] = b"ABI"
