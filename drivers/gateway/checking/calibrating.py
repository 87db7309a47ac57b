"""Teaching a drawer's sensor by hand: the level while it is shut, then the level while it is open."""

from __future__ import annotations

import asyncio
from typing import cast

from drivers.base import DrawerPin
from drivers.gateway.calibrations import meaning
from drivers.gateway.calibrator import GRACE_S
from drivers.gateway.checking.examined import Examined
from drivers.gateway.checking.interactive import Person, kick
from drivers.gateway.words import words
from drivers.messages import OpenWhen
from drivers.printer.contract import ReceiptPrinter

STATUS_S = 8.0


class NotShown(Exception):
    """Nothing was learnt; code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def learn_drawer(examined: Examined, device_id: str, person: Person) -> OpenWhen:
    """What the drawer's sensor means; raises NotShown, and LinkLost when the printer goes."""
    await examined.until(lambda heard: isinstance(heard, DrawerPin), STATUS_S)
    if not person.ask(words("calibrate.ask_shut", device=device_id)):
        raise NotShown("calibrate.not_shown")
    shut_high = await _level(examined)
    await kick(examined, device_id)
    if not person.ask(words("calibrate.ask_open", device=device_id)):
        raise NotShown("calibrate.not_shown")
    return meaning(shut_high=shut_high, open_high=await _level(examined))


async def _level(examined: Examined) -> bool:
    """The level now, whatever was heard before."""
    within_s = cast(ReceiptPrinter, examined.driver).pin_within_s
    await asyncio.sleep(GRACE_S + (within_s or 0))
    if examined.pin_high is None or cast(ReceiptPrinter, examined.driver).pin_within_s is None:
        raise NotShown("drawer.level_unknown")
    return examined.pin_high
