"""A cash drawer on a printer's connector: opened by a pulse, closed by a hand, seen on pin 3."""

from dataclasses import dataclass


@dataclass
class Drawer:
    """`pin` is the pin its solenoid hangs on (2 or 5); its switch, if it has one, pulls pin 3 high or low."""

    pin: int = 2
    high_when_open: bool = True
    has_switch: bool = True
    stuck: bool = False
    open: bool = False
    kicks: int = 0

    @property
    def pin3_high(self) -> bool:
        return (self.open and self.has_switch) == self.high_when_open

    def kick(self, pin: int) -> None:
        """A pulse on a pin of the connector; the wrong pin moves nothing."""
        if pin != self.pin:
            return
        self.kicks += 1
        if not self.stuck:
            self.open = True
