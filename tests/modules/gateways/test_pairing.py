"""Pairing codes and gateways' own tokens: the rules, on the shop's own clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.kernel.context import SYSTEM
from hub.kernel.writer import Outcome
from hub.modules.gateways import store
from hub.modules.gateways.doors import SHARED, GatewayDoor, code_digest, code_of, new_secret, token_digest
from hub.modules.gateways.events import GatewayPaired, GatewayRevoked, PairingOpened, PairingRefused
from hub.modules.gateways.messages import OpenPairing, PairGateway, RevokeGateway
from hub.modules.gateways.model import CODE_LASTS_S, WRONG_CODES_LIMIT
from tests.modules.shop import STORE, Shop

CODE, OTHER = b"\x01\x02\x03\x04\x05", b"\x05\x04\x03\x02\x01"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator["PairingShop"]:
    made = PairingShop(tmp_path)
    made.ready()
    yield made
    made.engine.close()


class PairingShop(Shop):
    """A shop whose manager asks for codes."""

    def offer(self, gateway_id: str = "gw-2", secret: bytes = CODE, who: str = "manager") -> Outcome:
        digest = code_digest(self.engine.keystore, secret)
        return self.send(OpenPairing, self.caller(who), gateway_id=gateway_id, code_digest=digest)

    def show(self, secret: bytes = CODE, token: str = "token-1") -> Outcome:
        keystore = self.engine.keystore
        return self.send(
            PairGateway,
            SYSTEM,
            code_digest=code_digest(keystore, secret),
            token_digest=token_digest(keystore, token),
        )

    def revoke(self, gateway_id: str = "gw-2", who: str = "manager") -> Outcome:
        return self.send(RevokeGateway, self.caller(who), gateway_id=gateway_id)

    @property
    def door(self) -> GatewayDoor:
        return GatewayDoor(self.engine.readers, self.engine.keystore, "shared-token")


def test_a_code_pairs_one_gateway_once(shop: PairingShop) -> None:
    assert shop.offer().refusal is None
    assert shop.show().answer.gateway_id == "gw-2"
    assert shop.door.admits("token-1") == "gw-2"
    assert refused(shop.show(token="token-2")) == "gateways.pairing_code_wrong"
    assert shop.door.admits("token-2") is None
    assert [event.gateway_id for event in shop.events(PairingOpened)] == ["gw-2"]
    assert [event.gateway_id for event in shop.events(GatewayPaired)] == ["gw-2"]


def test_only_a_manager_is_given_a_code_and_only_a_manager_revokes(shop: PairingShop) -> None:
    assert refused(shop.offer(who="cashier")) == "auth.not_permitted"
    shop.offer()
    shop.show()
    assert refused(shop.revoke(who="cashier")) == "auth.not_permitted"
    assert shop.door.admits("token-1") == "gw-2"


def test_a_code_grows_old_on_monotonic_time_and_dies_with_a_restart(shop: PairingShop) -> None:
    shop.offer()
    shop.clock.pass_s(CODE_LASTS_S - 1)
    assert shop.show().refusal is None
    shop.offer()
    shop.clock.pass_s(CODE_LASTS_S)
    assert refused(shop.show(token="late")) == "gateways.pairing_code_wrong"
    shop.offer()
    shop.clock.monotonic_s = 1.0
    assert refused(shop.show(token="late")) == "gateways.pairing_code_wrong"


def test_five_wrong_codes_end_the_right_one_and_are_on_record(shop: PairingShop) -> None:
    shop.offer()
    for _ in range(WRONG_CODES_LIMIT):
        assert refused(shop.show(OTHER)) == "gateways.pairing_code_wrong"
    assert refused(shop.show()) == "gateways.pairing_code_wrong"
    tried = [event.failures for event in shop.events(PairingRefused)]
    assert tried == list(range(1, WRONG_CODES_LIMIT + 1))
    shop.offer()
    for _ in range(WRONG_CODES_LIMIT - 1):
        shop.show(OTHER)
    assert shop.show().refusal is None


def test_without_a_code_strangers_leave_nothing_in_the_journal(shop: PairingShop) -> None:
    before = len(shop.records())
    for _ in range(20):
        shop.show(OTHER)
    assert len(shop.records()) == before


def test_the_newest_code_is_the_only_one(shop: PairingShop) -> None:
    shop.offer("gw-2", CODE)
    shop.offer("gw-3", OTHER)
    assert refused(shop.show(CODE)) == "gateways.pairing_code_wrong"
    assert shop.show(OTHER).answer.gateway_id == "gw-3"


def test_pairing_again_takes_the_place_of_the_token_before(shop: PairingShop) -> None:
    for token in ("token-1", "token-2"):
        shop.offer()
        shop.show(token=token)
    assert (shop.door.admits("token-1"), shop.door.admits("token-2")) == (None, "gw-2")


def test_a_revoked_gateway_is_known_and_not_let_in(shop: PairingShop) -> None:
    shop.offer()
    shop.show()
    assert shop.revoke().refusal is None
    assert shop.door.admits("token-1") is None
    assert shop.revoke().refusal is None
    assert len(shop.events(GatewayRevoked)) == 1
    with shop.engine.readers.session() as read:
        known = store.paired_gateway(read, STORE, "gw-2")
    assert known is not None
    assert known.revoked_ms is not None
    assert refused(shop.revoke("gw-9")) == "gateways.unknown"
    shop.offer()
    shop.show(token="token-3")
    assert shop.door.admits("token-3") == "gw-2"


def test_the_shared_token_works_on_and_a_name_that_is_none_is_refused(shop: PairingShop) -> None:
    assert shop.door.admits("shared-token") == SHARED
    assert shop.door.admits("") is None
    for name in ("", "Gateway 2", "x" * 33, "../etc"):
        assert refused(shop.offer(name)) == "gateways.name_malformed"


def test_a_code_is_six_groups_that_carry_the_fingerprint() -> None:
    code = code_of(CODE, bytes(range(32)))
    assert [len(group) for group in code.split("-")] == [4] * 6
    assert code != code_of(CODE, bytes(range(1, 33)))
    assert len({new_secret() for _ in range(100)}) == 100


def refused(outcome: Outcome) -> str | None:
    return outcome.refusal.code if outcome.refusal else None
