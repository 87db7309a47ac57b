"""The scale of the shop in memory."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Json | None]


@dataclass
class ScaleAtTill(ABC):
    """What lies on the till's scale, and what is sold off it."""

    weight: Json | None = None
    basket: Json | None = None
    devices: list[Json] = field(default_factory=list)

    @abstractmethod
    def say(self, kind: str, **parts: Any) -> None: ...
    @abstractmethod
    def add(self, item: Json, qty_milli: int) -> Answer: ...
    @abstractmethod
    def find(self, item_id: str) -> Json: ...

    def do_WeighItem(self, body: Json) -> Answer:
        """What lies on the scale is sold, once."""
        assert self.weight
        if self.weight["reason"]:
            return refusal(self.weight["reason"], "现在不能卖")
        grams, tare_g = self.weight["grams"], self.weight["tare_g"]
        self.lay(grams, "devices.weight_sold", tare_g, self.weight["is_preset"])
        answer = self.add(self.find(body["item_id"]), grams)
        assert self.basket
        self.basket["lines"][-1] |= {"weighed_by": "scale-1", "tare_g": tare_g}
        return answer

    def do_PressScaleKey(self, body: Json) -> Answer:
        """The key is passed on; the scale's readings show what came of it."""
        return 200, {"device_id": "scale-1"}

    def do_PresetTare(self, body: Json) -> Answer:
        """The scale takes it off what lies there."""
        assert self.weight
        gross = (self.weight["grams"] or 0) + (self.weight["tare_g"] or 0)
        self.lay(gross - body["tare_g"], tare_g=body["tare_g"], is_preset=True)
        return 200, {"device_id": "scale-1"}

    def bind_scale(self, state: str = "enabled") -> None:
        """The till has a scale."""
        self.devices = [device("scale-1", "scale", state)]
        self.say("devices", devices=self.devices)

    def lay(
        self, grams: int | None, reason: str = "", tare_g: int | None = None, is_preset: bool = False
    ) -> None:
        """This lies on the scale now."""
        net = {"net": tare_g is not None, "tare_g": tare_g, "is_preset": is_preset}
        self.weight = {"device_id": "scale-1", "grams": grams, "reason": reason, "age_ms": 0, **net}
        self.say("weight", weight=self.weight)


def device(device_id: str, kind: str, state: str) -> Json:
    """A device of till T01 as the hub tells it."""
    return {
        "device_id": device_id,
        "gateway_id": "gateway-1",
        "kind": kind,
        "model": "any",
        "identity": "",
        "terminal_id": "T01",
        "state": state,
        "health": "ok",
        "reason": "",
    }


def refusal(code: str, message: str) -> Answer:
    """The hub says no."""
    return 409, {"code": code, "text": message, "facts": {}}
