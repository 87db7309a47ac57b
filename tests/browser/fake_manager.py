"""What a manager of the shop in memory sees: recalls, incidents with drawers, gateways."""

from dataclasses import dataclass, field

from tests.browser.fake_scale import Answer, Json, refusal

MANAGER = (
    "catalogue.recall",
    "audit.read",
    "audit.approve",
    "gateways.edit",
    "devices.edit",
    "identity.read",
)
AT_MS = 1_795_000_000_000
CODE = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ"


def incident(seq: int, kind: str, staff_id: str | None = None, answer: str | None = None) -> Json:
    """A drawer that was open, and what was said of it."""
    return {
        "seq": seq,
        "kind": kind,
        "device_id": "drawer-1",
        "terminal_id": "T01",
        "staff_id": staff_id,
        "opened_ms": AT_MS,
        "told_ms": AT_MS,
        "answer": answer,
        "answered_by": "s-9" if answer else None,
        "answered_ms": AT_MS + 60_000 if answer else None,
    }


def gateway(gateway_id: str, *, here: bool, paired: bool, seen: bool = True) -> Json:
    """A gateway as the hub tells it."""
    return {
        "gateway_id": gateway_id,
        "paired_ms": AT_MS if paired else None,
        "revoked_ms": None,
        "is_connected": here,
        "seen_ms": AT_MS if seen else None,
        "device_count": 3,
    }


@dataclass
class FakeManager:
    """Lists that the page asks for, and what is done to them."""

    recalls: list[Json] = field(default_factory=list)
    incidents: list[Json] = field(default_factory=list)
    gateways: list[Json] = field(default_factory=list)
    codes_for: list[str] = field(default_factory=list)

    def listed(self, path: str) -> list[Json] | None:
        """One of a manager's lists; None where the path is none."""
        lists: dict[str, list[Json]] = {
            "/api/catalogue/recalls": self.recalls,
            "/api/devices/drawer-incidents": self.incidents,
            "/api/gateways/known": self.gateways,
            "/api/identity/staff": [
                {
                    "staff_id": "s-1",
                    "staff_no": "1001",
                    "name": "收银员 01",
                    "role": "cashier",
                    "erased": False,
                },
                {"staff_id": "s-9", "staff_no": "9001", "name": None, "role": "manager", "erased": True},
            ],
        }
        return lists.get(path)

    def code(self, body: Json) -> Answer:
        """A pairing code; the shared gateway's name is taken."""
        if body["gateway_id"] == "gateway-1":
            return refusal("hub.gateway_exists", "这个名字的网关已经在用")
        self.codes_for.append(body["gateway_id"])
        return 200, {"code": CODE, "port": 8712, "lasts_s": 600}

    def do_RecallGoods(self, body: Json) -> Answer:
        """The sale is stopped."""
        named = {"name": "草莓 300g", "name_en": "Strawberries 300 g"}
        self.recalls.insert(
            0, {k: body[k] for k in ("item_id", "batch", "reason")} | named | {"since_ms": AT_MS}
        )
        return 200, {"item_id": body["item_id"], "batch": body["batch"]}

    def do_LiftRecall(self, body: Json) -> Answer:
        """It may be sold again."""
        of = (body["item_id"], body["batch"])
        self.recalls = [one for one in self.recalls if (one["item_id"], one["batch"]) != of]
        return 200, {"item_id": of[0], "batch": of[1]}

    def do_AnswerDrawerIncident(self, body: Json) -> Answer:
        """On record."""
        one = next(one for one in self.incidents if one["seq"] == body["incident_seq"])
        one.update(incident(one["seq"], one["kind"], one["staff_id"], body["answer"]))
        return 200, None

    def do_RevokeGateway(self, body: Json) -> Answer:
        """It is cut off."""
        one = next(one for one in self.gateways if one["gateway_id"] == body["gateway_id"])
        one.update(revoked_ms=AT_MS, is_connected=False)
        return 200, None
