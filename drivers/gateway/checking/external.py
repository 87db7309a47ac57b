"""The external check: the device is opened and asked about itself; nothing is printed or pressed."""

from __future__ import annotations

import uuid
from typing import cast

from drivers.base import Heard
from drivers.gateway.checking.examined import Examined
from drivers.gateway.checking.verdict import Check, State
from drivers.messages import PayAnswer, PrinterStatus, Weight
from drivers.payment_terminal.contract import QUESTION_S, PaymentTerminal, ask_for_nothing
from drivers.printer.contract import ReceiptPrinter

STATUS_S = 6.0
WEIGHT_S = 3.0


async def check_outside(examined: Examined) -> list[Check]:
    """What the device, and each drawer on it, says."""
    if found := examined.identity_differs():
        pinned = examined.device.settings.identity
        return [_said(examined, "failed", "check.identity_differs", pinned=pinned, found=found)]
    match examined.device.profile.kind:
        case "printer":
            return await _printer(examined)
        case "scale":
            return [await _scale(examined)]
        case "drawer":
            return [_said(examined, "ok", "check.trigger_open")]
        case "payment_terminal":
            return [await _terminal(examined)]
        case kind:
            return [_said(examined, "ok", f"check.{kind}_open")]


async def _printer(examined: Examined) -> list[Check]:
    printer = cast(ReceiptPrinter, examined.driver)
    status = PrinterStatus()

    def is_whole(heard: Heard) -> bool:
        nonlocal status
        status = heard if isinstance(heard, PrinterStatus) else status
        return None not in (status.online, status.paper, status.cover_open)

    await examined.until(is_whole, STATUS_S if printer.poll_s is not None else 0)
    return [_of_printer(examined, printer, status), *_drawers(examined)]


def _of_printer(examined: Examined, printer: ReceiptPrinter, status: PrinterStatus) -> Check:
    if reason := printer.blocked():
        return _said(examined, "failed", reason)
    if printer.poll_s is None:
        return _said(examined, "ok", "check.printer_mute")
    if status == PrinterStatus():
        return _said(examined, "attention", "printer.silent")
    if status.paper == "near_end":
        return _said(examined, "attention", "printer.paper_near_end")
    return _said(examined, "ok", "check.printer_ready")


def _drawers(examined: Examined) -> list[Check]:
    return [_of_drawer(examined, device_id) for device_id in examined.drawers]


def _of_drawer(examined: Examined, device_id: str) -> Check:
    state: State = "ok"
    high = examined.pin_high
    position = None if high is None else examined.drawers[device_id].feel(pin_high=high)
    if position is None:
        code = "check.drawer_unfelt"
    elif position.open:
        state, code = "attention", "check.drawer_open"
    else:
        code = "check.drawer_closed"
    return Check(device_id=device_id, part="external", state=state, code=code)


async def _scale(examined: Examined) -> Check:
    heard = await examined.until(lambda heard: isinstance(heard, Weight) and heard.stable, WEIGHT_S)
    if isinstance(heard, Weight):
        return _said(examined, "ok", "check.scale_reads", weight=f"{heard.value} {heard.unit}")
    heard = await examined.until(lambda heard: isinstance(heard, Weight), WEIGHT_S)
    if not isinstance(heard, Weight):
        return _said(examined, "failed", "check.scale_silent")
    return _said(examined, "attention", "check.scale_out_of_range" if heard.over else "check.scale_unsettled")


async def _terminal(examined: Examined) -> Check:
    """Asked about a payment that never was: no money moves."""
    terminal = cast(PaymentTerminal, examined.driver)
    await examined.send(terminal.begin(ask_for_nothing(uuid.uuid4().hex)))
    heard = await examined.until(
        lambda heard: isinstance(heard, PayAnswer) and heard.state != "pending", QUESTION_S
    )
    if not isinstance(heard, PayAnswer):
        return _said(examined, "failed", "check.terminal_silent")
    if heard.reason == "terminal.no_such_request":
        return _said(examined, "ok", "check.terminal_fit")
    return _said(examined, "failed", "check.terminal_unfit", reason=heard.reason, text=heard.text)


def _said(examined: Examined, state: State, code: str, **facts: str) -> Check:
    return Check(
        device_id=examined.device.device_id, part="external", state=state, code=code, facts=dict(facts)
    )
