"""The devices of the shop in memory, and their tests."""

from dataclasses import dataclass, field
from typing import Any

from tests.browser.fake_scale import Answer, Json, ScaleAtTill, device, refusal

LABELS = "usb:0a5f:0166:D2J1"


@dataclass
class DevicesAtTill(ScaleAtTill):
    """A counter with one device of each kind, and one of no till."""

    prints: list[Json] = field(default_factory=list)
    who: Json | None = None
    terminal: Json = field(default_factory=lambda: {"ok": True, "reason": "", "text": "", "took_ms": 42})
    lesson: Json = field(
        default_factory=lambda: {"ok": True, "reason": "drawer.calibrated", "open_when": "low"}
    )

    def furnish(self) -> None:
        """Everything stands on the counter; the label printer works for no till, another's scale is away."""
        kinds = {"scanner-1": "scanner", "printer-1": "printer", "drawer-1": "drawer", "display-1": "display"}
        self.devices = [device(device_id, kind, "enabled") for device_id, kind in kinds.items()]
        self.devices += [
            device("scale-1", "scale", "enabled"),
            device("labels-1", "label_printer", "enabled") | {"terminal_id": None, "identity": LABELS},
            device("drawer-2", "drawer", "enabled") | {"model": "trigger_bel"},
            device("card-1", "payment_terminal", "enabled") | {"ability": "card"},
            device("scale-2", "scale", "closed")
            | {"terminal_id": "T02", "health": "failed", "reason": "link.absent"},
        ]
        self.change("printer-1", health="attention", reason="printer.paper_near_end")
        self.change("drawer-1", is_open=0, ability="position")

    def change(self, device_id: str, **parts: Any) -> None:
        """Something about a device is new."""
        next(one for one in self.devices if one["device_id"] == device_id).update(parts)
        self.say("devices", devices=self.devices)

    def pulses(self) -> list[Json]:
        """Each device's sign of life."""
        return [
            {"device_id": one["device_id"], "connected": one["state"] == "enabled", "heard_age_ms": 3_000}
            for one in self.devices
        ]

    def statistics(self) -> list[Json]:
        """What the scanner has done."""
        counts = {"GoodScanCount": 128, "MisreadCount": 0, "ReconnectCount": 2}
        return [{"device_id": "scanner-1", "counts": counts, "scans_a_minute": 3, "at_ms": 0}]

    def do_TryTerminal(self, _body: Json) -> Answer:
        """The terminal's word, as the test has it."""
        return 200, self.terminal

    def do_LearnDrawer(self, body: Json) -> Answer:
        """First shut, then open; what it comes to is the test's."""
        if not body["is_open"]:
            self.change("drawer-1", is_open=None)
            return 200, {"ok": True, "reason": "drawer.seen_shut", "open_when": None}
        self.change("drawer-1", is_open=1 if self.lesson["ok"] else None)
        return 200, self.lesson

    def do_TryScanner(self, _body: Json) -> Answer:
        """The next scan is a test."""
        return 200, {"within_ms": 30_000}

    def do_TryDisplay(self, _body: Json) -> Answer:
        """The text is shown."""
        return 200, None

    def do_PrintTest(self, body: Json) -> Answer:
        """The slip waits for its printer."""
        job = {"job_id": body["job_id"], "document": "test", "order_id": body["device_id"], "state": "queued"}
        self.prints = [
            {**job, "terminal_id": "T01", "is_copy": 0, "reason": "", "queued_ms": 0, "changed_ms": 0}
        ]
        self.say("prints", prints=self.prints)
        return 200, {"job_id": body["job_id"]}

    def do_BindDevice(self, body: Json) -> Answer:
        """Managers only."""
        if "devices.edit" not in (self.who or {})["permissions"]:
            return refusal("auth.not_permitted", "没有权限")
        self.change(body["device_id"], terminal_id=body["terminal_id"])
        return 200, None
