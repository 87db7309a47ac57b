"""One decision per command about devices, and those that other rooms ask of this one."""

from typing import Protocol

import msgspec

from drivers.messages import MAX_PRESET_TARE_G
from hub.devices import messages, model, store
from hub.devices.events import (
    DeviceBound,
    DeviceSeen,
    DeviceSwapped,
    DrawerReleaseRequested,
    PayRouted,
    ScaleKeyPressed,
    ScanRead,
    ScanRefused,
    ScanTested,
)
from hub.kernel.bounds import check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.messages import is_clean_text
from hub.kernel.sql import Row
from hub.modules.catalogue.codes import split_symbology
from hub.modules.identity.handlers import wrong_terminal


class ScanTarget(Protocol):
    """Where a good scan lands: its terminal's basket. Joined by the app, for baskets are not known here."""

    def __call__(self, terminal_id: str, code: str, symbology: str | None, context: Context) -> Decision: ...


def bind_device(command: messages.BindDevice, context: Context) -> Decision:
    """A device works for a terminal."""
    if (refusal := check_texts(command.terminal_id or "")) is not None:
        return refusal
    if store.device(context.read, context.store_id, command.device_id) is None:
        return Decision.refuse("devices.unknown", 404, device_id=command.device_id)
    return Decision.of(DeviceBound(device_id=command.device_id, terminal_id=command.terminal_id))


def see_device(command: messages.SeeDevice, context: Context) -> Decision:
    """Record a device when something about it is new, and that its unit is another if it is."""
    known = store.device(context.read, context.store_id, command.device_id)
    kind = command.kind or (known.kind if known else None)
    if kind is None:
        return Decision()  # a change in a device that never said hello
    seen = DeviceSeen(
        device_id=command.device_id,
        gateway_id=command.gateway_id,
        kind=kind,
        model=model.told(command.model or "") or (known.model if known else ""),
        identity=model.told(command.identity) or (known.identity if known else ""),
        state=command.state,
        health=command.health,
        reason=model.told(command.reason),
        ability=command.ability if command.ability is not None else known.ability if known else "",
    )
    if known and all(getattr(known, name) == getattr(seen, name) for name in seen.__struct_fields__):
        return Decision()
    return Decision.of(*_swapped(command, known, seen), seen)


def _swapped(
    command: messages.SeeDevice, known: messages.DeviceView | None, seen: DeviceSeen
) -> list[DeviceSwapped]:
    if known is None or not known.identity or known.identity == seen.identity:
        return []
    return [
        DeviceSwapped(
            device_id=seen.device_id,
            gateway_id=seen.gateway_id,
            former_identity=known.identity,
            identity=seen.identity,
            swapped_by=model.told(command.swapped_by),
        )
    ]


class Scans:
    """Takes scans: each lands on its terminal's basket or in the list of refused ones."""

    def __init__(self, target: ScanTarget) -> None:
        self._target = target

    def take(self, command: messages.TakeScan, context: Context) -> Decision:
        """Late, doubled, unbound or with nobody signed in: never on a basket."""
        if command.gateway_seq <= store.taken_up_to(context.read, command.boot_id):
            return Decision()
        command = _named(command)
        taken = reading_taken(context, command.boot_id, command.gateway_seq)
        if command.tested_at is not None:
            return taken + Decision.of(_tested(command, command.tested_at))
        device = store.device(context.read, context.store_id, command.device_id)
        terminal_id = device.terminal_id if device else None
        reason = _why_not(command, terminal_id, context)
        if terminal_id is None or reason:
            return taken + Decision.of(_refused(command, terminal_id, reason))
        landed = self._target(terminal_id, command.text, command.symbology, context)
        if landed.refusal is not None:
            refused = _refused(command, terminal_id, landed.refusal.code)
            return taken + Decision.of(refused) + Decision(landed.events, landed.refusal)
        read = ScanRead(
            device_id=command.device_id,
            terminal_id=terminal_id,
            text=model.kept_code(command.text),
            age_ms=command.age_ms,
            symbology=command.symbology,
        )
        return taken + Decision.of(read) + landed


def _named(command: messages.TakeScan) -> messages.TakeScan:
    """The scan without an AIM identifier that its scanner was not known to send."""
    text, symbology = split_symbology(command.text.strip(), command.symbology)
    return msgspec.structs.replace(command, text=text, symbology=symbology)


def meet_gateway(command: messages.MeetGateway, context: Context) -> Decision:
    """Remember when a gateway was seen; lives of gateways that are long over are forgotten."""
    met = _life(context, command.boot_id, command.gateway_id, 0)
    old: Row = {"but_boot": command.boot_id, "before_ms": context.now_ms - model.BOOTS_KEPT_MS}
    return Decision(local=((store.meet_gateway, met), (store.forget_boots, old)))


def reading_taken(context: Context, boot_id: str, gateway_seq: int) -> Decision:
    """A gateway's readings are taken up to this one."""
    return Decision(local=((store.take_reading, _life(context, boot_id, "", gateway_seq)),))


def _life(context: Context, boot_id: str, gateway_id: str, gateway_seq: int) -> Row:
    return {"boot_id": boot_id, "gateway_id": gateway_id, "seq": gateway_seq, "seen_ms": context.now_ms}


def _why_not(command: messages.TakeScan, terminal_id: str | None, context: Context) -> str:
    if terminal_id is None:
        return "devices.scanner_unbound"
    if model.is_late(command.age_ms):
        return "devices.scan_late"
    if context.actor is None:
        return "auth.sign_in_first"
    if not is_clean_text(command.text, model.MAX_CODE_CHARS):
        return "text.invalid"
    return ""


def _tested(command: messages.TakeScan, tested_at: str) -> ScanTested:
    is_clean = is_clean_text(command.text, model.MAX_CODE_CHARS)
    return ScanTested(
        device_id=command.device_id,
        terminal_id=tested_at,
        text=model.kept_code(command.text) if is_clean else "",
        symbology=command.symbology,
        age_ms=command.age_ms,
        reason="" if is_clean else "text.invalid",
    )


def _refused(command: messages.TakeScan, terminal_id: str | None, reason: str) -> ScanRefused:
    shown = model.kept_code(command.text) if is_clean_text(command.text, model.MAX_CODE_CHARS) else ""
    return ScanRefused(
        device_id=command.device_id,
        terminal_id=terminal_id,
        text=shown,
        age_ms=command.age_ms,
        reason=reason,
        symbology=command.symbology,
    )


def take_misread(command: messages.TakeMisread, context: Context) -> Decision:
    """A reading that is no code is kept as a refused scan."""
    if command.gateway_seq <= store.taken_up_to(context.read, command.boot_id):
        return Decision()
    reason = f"devices.misread_{command.reason}"
    return reading_taken(context, command.boot_id, command.gateway_seq) + Decision.of(
        _misread(command, reason, context)
    )


def _misread(command: messages.TakeMisread, reason: str, context: Context) -> ScanRefused | ScanTested:
    if command.tested_at is not None:
        return ScanTested(
            device_id=command.device_id,
            terminal_id=command.tested_at,
            text="",
            symbology=None,
            age_ms=0,
            reason=reason,
        )
    device = store.device(context.read, context.store_id, command.device_id)
    terminal_id = device.terminal_id if device else None
    return ScanRefused(device_id=command.device_id, terminal_id=terminal_id, text="", age_ms=0, reason=reason)


def press_scale_key(command: messages.PressScaleKey, context: Context) -> Decision:
    """Record who presses a key of the till's scale, and which; the answer is the scale's id."""
    return _on_scale(context, command.terminal_id, command.key)


def preset_tare(command: messages.PresetTare, context: Context) -> Decision:
    """Record who tells the till's scale a tare, and which; the answer is the scale's id."""
    if not 0 < command.tare_g <= MAX_PRESET_TARE_G:
        return Decision.refuse("devices.tare_out_of_range", 400, limit=MAX_PRESET_TARE_G)
    return _on_scale(context, command.terminal_id, "preset_tare", command.tare_g)


def _on_scale(context: Context, terminal_id: str, key: str, tare_g: int | None = None) -> Decision:
    if (elsewhere := wrong_terminal(context, terminal_id)) is not None:
        return elsewhere
    scale = store.device_at(context.read, context.store_id, terminal_id, "scale")
    if scale is None or scale.state != "enabled":
        return Decision.refuse("devices.scale_away")
    pressed = ScaleKeyPressed(device_id=scale.device_id, terminal_id=terminal_id, key=key, tare_g=tare_g)
    return Decision.of(pressed, answer=messages.KeyPressed(scale.device_id))


def release_drawer(
    context: Context, release_id: str, terminal_id: str, order_id: str, reason: str
) -> Decision:
    """A kick for the terminal's drawer, if it has one; asked by rooms above, in their own transaction."""
    device = store.device_at(context.read, context.store_id, terminal_id, "drawer")
    if device is None:
        return Decision()
    return Decision.of(
        DrawerReleaseRequested(
            release_id=release_id,
            terminal_id=terminal_id,
            device_id=device.device_id,
            order_id=order_id,
            reason=reason,
        )
    )


def route_payment(
    context: Context, attempt_id: str, order_id: str, terminal_id: str, tender: str
) -> Decision:
    """The till's terminal for a tender; without one that works nobody is asked to pay that way."""
    found = [
        device
        for device in store.devices_at(context.read, context.store_id, terminal_id, "payment_terminal")
        if device.ability == tender
    ]
    if not found:
        code = "devices.no_code_terminal" if tender == "code" else "devices.no_card_terminal"
        return Decision.refuse(code, terminal_id=terminal_id)
    device = next((one for one in found if one.state == "enabled"), None)
    if device is None:
        return Decision.refuse("devices.payment_terminal_away", device_id=found[0].device_id)
    return Decision.of(_routed(attempt_id, order_id, terminal_id, device.device_id))


def route_refund(
    context: Context, attempt_id: str, order_id: str, terminal_id: str, original_id: str
) -> Decision:
    """Money goes back where it came from, whichever till that terminal works for now."""
    route = store.pay_route(context.read, context.store_id, original_id)
    device = store.device(context.read, context.store_id, route.device_id) if route else None
    if device is None or device.state != "enabled":
        return Decision.refuse("devices.payment_terminal_away", device_id=route.device_id if route else "")
    return Decision.of(_routed(attempt_id, order_id, terminal_id, device.device_id))


def check_settled(context: Context, device_id: str, terminal_id: str) -> Decision:
    """Whether a payment terminal of a till can be asked to settle now."""
    device = store.device(context.read, context.store_id, device_id)
    if device is None or device.kind != "payment_terminal" or device.terminal_id != terminal_id:
        return Decision.refuse("devices.unknown", 404, device_id=device_id)
    if device.state != "enabled":
        return Decision.refuse("devices.payment_terminal_away", device_id=device_id)
    return Decision()


def _routed(attempt_id: str, order_id: str, terminal_id: str, device_id: str) -> PayRouted:
    return PayRouted(attempt_id=attempt_id, order_id=order_id, terminal_id=terminal_id, device_id=device_id)
