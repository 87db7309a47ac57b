"""The interactive check: a person scans, looks, and puts a kilogram on the scale."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import cast

from drivers.base import DrawerPin, Heard
from drivers.display.contract import CustomerDisplay
from drivers.document import AnyBlock, Cut, Feed, Label, LabelText, Rule, Text
from drivers.drawer.serial_trigger import SerialTrigger
from drivers.gateway.checking.examined import Examined
from drivers.gateway.checking.verdict import Check, State
from drivers.gateway.words import words
from drivers.messages import Misread, Scan, Show, Weight
from drivers.printer.contract import ReceiptPrinter
from drivers.scale.wire_scale import IN_KG

SCAN_S = 30.0
WEIGH_S = 60.0
DRAWER_S = 5.0
_KILOGRAM = Decimal(1)
_TOLERANCE_KG = Decimal("0.05")

Tell = Callable[[str], None]
Ask = Callable[[str], bool]


class Person:
    """Whoever stands at the counter: is told what to do, and asked what they see."""

    def __init__(self, tell: Tell, ask: Ask) -> None:
        self.tell = tell
        self.ask = ask


async def check_together(examined: Examined, person: Person) -> AsyncIterator[Check]:
    """What the device does, seen by a person."""
    match examined.device.profile.kind:
        case "scanner":
            yield await _scanner(examined, person)
        case "scale":
            yield await _scale(examined, person)
        case "display":
            yield await _display(examined, person)
        case "printer":
            yield await _printer(examined, person)
            for device_id in examined.drawers:
                yield await _drawer(examined, device_id, person)
        case "drawer":
            yield await _trigger(examined, person)
        case _:
            return


async def _scanner(examined: Examined, person: Person) -> Check:
    person.tell(words("check.do_scan", device=examined.device.device_id))
    examined.forget()
    heard = await examined.until(lambda heard: isinstance(heard, Scan | Misread), SCAN_S)
    if isinstance(heard, Scan):
        return _saw(examined, "ok", "check.scanned", text=heard.text)
    if isinstance(heard, Misread):
        return _saw(examined, "failed", f"check.misread_{heard.reason}")
    return _saw(examined, "failed", "check.not_scanned")


async def _scale(examined: Examined, person: Person) -> Check:
    person.tell(words("check.do_weigh", device=examined.device.device_id))
    examined.forget()
    last: list[Weight] = []

    def is_a_kilogram(heard: Heard) -> bool:
        if not isinstance(heard, Weight) or not heard.stable or heard.value is None:
            return False
        last[:] = [heard]
        return abs(heard.value * IN_KG[heard.unit] - _KILOGRAM) <= _TOLERANCE_KG

    found = await examined.until(is_a_kilogram, WEIGH_S)
    if not last:
        return _saw(examined, "failed", "check.scale_silent")
    weight = f"{last[0].value} {last[0].unit}"
    if found is None:
        return _saw(examined, "attention", "check.no_kilogram", weight=weight)
    return _saw(examined, "ok", "check.scale_reads", weight=weight)


async def _display(examined: Examined, person: Person) -> Check:
    display = cast(CustomerDisplay, examined.driver)
    shown = Show(
        device_id=examined.device.device_id,
        upper="店枢 测试",
        upper_plain="DIANSHU TEST",
        lower="12345678",
        amount_fen=12345678,
        lamp="total",
    )
    await examined.send(display.wake() + display.show(shown))
    if person.ask(words("check.ask_display", device=examined.device.device_id)):
        return _saw(examined, "ok", "check.display_shows")
    return _saw(examined, "failed", "check.display_dark")


async def _printer(examined: Examined, person: Person) -> Check:
    printer = cast(ReceiptPrinter, examined.driver)
    if reason := printer.blocked():
        return _saw(examined, "failed", reason)
    await examined.send(_slip(printer, examined.device.device_id))
    if person.ask(words("check.ask_slip", device=examined.device.device_id)):
        return _saw(examined, "ok", "check.slip_printed")
    return _saw(examined, "failed", "check.slip_missing")


def _slip(printer: ReceiptPrinter, device_id: str) -> bytes:
    receipt: tuple[AnyBlock, ...] = (
        Text(text="店枢 测试 TEST", align="center", size=2),
        Text(text=device_id, align="center"),
        Rule(),
        Text(text="￥12.34  0123456789  中文标点：。、"),
        Feed(lines=2),
        Cut(),
    )
    try:
        return printer.render(receipt)
    except ValueError:  # it prints labels, and nothing else
        text = LabelText(text=f"TEST {device_id}", x_mm=2, y_mm=2)
        return printer.render((Label(width_mm=40, height_mm=30, fields=(text,)),))


async def _trigger(examined: Examined, person: Person) -> Check:
    await examined.send(cast(SerialTrigger, examined.driver).kick())
    if person.ask(words("check.ask_drawer", device=examined.device.device_id)):
        return _saw(examined, "ok", "check.trigger_kicked")
    return _saw(examined, "failed", "check.trigger_stuck")


async def _drawer(examined: Examined, device_id: str, person: Person) -> Check:
    drawer, before = examined.drawers[device_id], examined.pin_high
    examined.forget()
    await kick(examined, device_id)
    await examined.until(lambda heard: isinstance(heard, DrawerPin) and heard.high != before, DRAWER_S)
    is_felt = examined.pin_high != before
    if not person.ask(words("check.ask_drawer", device=device_id)):
        return _of_drawer(device_id, "failed", "check.drawer_stuck")
    if not is_felt:
        return _of_drawer(device_id, "attention", "check.drawer_unfelt")
    position = drawer.feel(pin_high=bool(examined.pin_high))
    if position is not None and not position.open:
        return _of_drawer(device_id, "failed", "check.drawer_inverted")
    return _of_drawer(device_id, "ok", "check.drawer_kicked")


async def kick(examined: Examined, device_id: str) -> None:
    """Open a drawer on this printer."""
    drawer, printer = examined.drawers[device_id], cast(ReceiptPrinter, examined.driver)
    await examined.send(drawer.kick_now() if printer.options.drawer_kick == "realtime" else drawer.kick())


def _saw(examined: Examined, state: State, code: str, **facts: str) -> Check:
    return Check(
        device_id=examined.device.device_id, part="interactive", state=state, code=code, facts=dict(facts)
    )


def _of_drawer(device_id: str, state: State, code: str) -> Check:
    return Check(device_id=device_id, part="interactive", state=state, code=code)
