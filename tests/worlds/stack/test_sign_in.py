"""Signing in over HTTP: what a wrong PIN gets, and what a stolen command gets."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from hub.app.auth import COOKIE
from hub.app.demo.seed import CASHIER
from hub.kernel.ids import new_id
from hub.modules.identity.model import WRONG_PIN_LIMIT
from tests.worlds.stack.world import FORGETFUL, World

TILL = "T12"


@pytest.fixture
def stranger(world: World) -> Iterator[httpx.Client]:
    """Somebody on the shop's network, signed in nowhere."""
    with httpx.Client(base_url=world.places.hub, timeout=20, headers={"accept-language": "en"}) as client:
        yield client


def sign_in(client: httpx.Client, number: str, pin: str, command_id: str | None = None) -> httpx.Response:
    body = {"command_id": command_id or new_id(), "terminal_id": TILL, "staff_no": number, "pin": pin}
    return client.post("/api/sign-in", json=body)


def test_five_wrong_pins_lock_and_leave_an_event(world: World, stranger: httpx.Client) -> None:
    number, right = FORGETFUL
    before = world.books.head_seq()
    told = [sign_in(stranger, number, "0000") for _ in range(WRONG_PIN_LIMIT)]
    assert [response.status_code for response in told] == [401] * (WRONG_PIN_LIMIT - 1) + [423]
    assert [response.json()["facts"].get("tries_left") for response in told[:-1]] == [4, 3, 2, 1]
    locked = sign_in(stranger, number, right)
    assert (locked.status_code, locked.json()["code"]) == (423, "identity.pin_locked")
    assert 0 < locked.json()["facts"]["wait_s"] <= 60
    assert COOKIE not in stranger.cookies
    assert len(world.books.events("identity.pin_locked.v1", before)) == 1
    assert sign_in(stranger, CASHIER.staff_no, CASHIER.pin).status_code == 200


@pytest.mark.parametrize("pin", ["0000", "", CASHIER.pin])
def test_a_stolen_sign_in_command_opens_no_session(pin: str, world: World, stranger: httpx.Client) -> None:
    """Its id stands in the journal: knowing it is not knowing the PIN, and a guess teaches nothing."""
    command_id = new_id()
    with httpx.Client(base_url=world.places.hub, timeout=20) as cashier:
        assert sign_in(cashier, CASHIER.staff_no, CASHIER.pin, command_id).status_code == 200
        before = world.books.head_seq()
        stolen = sign_in(stranger, CASHIER.staff_no, pin, command_id)
        assert (stolen.status_code, stolen.json()["code"]) == (409, "auth.sign_in_again")
        assert "session_id" not in stolen.text
        assert COOKIE not in stranger.cookies
        assert stranger.get("/api/orders/basket").status_code == 401
        assert cashier.get("/api/orders/basket").status_code == 200
        assert world.books.head_seq() == before


def test_a_refused_sign_in_sent_again_is_counted_once(world: World, stranger: httpx.Client) -> None:
    command_id, before = new_id(), world.books.head_seq()
    first, again = (sign_in(stranger, CASHIER.staff_no, "0000", command_id) for _ in range(2))
    assert first.status_code == again.status_code == 401
    assert first.json() == again.json()
    assert len(world.books.events("identity.sign_in_failed.v1", before)) == 1
    assert sign_in(stranger, CASHIER.staff_no, CASHIER.pin).status_code == 200


def test_a_session_token_that_was_changed_is_nobodys(world: World, stranger: httpx.Client) -> None:
    assert sign_in(stranger, CASHIER.staff_no, CASHIER.pin).status_code == 200
    token = stranger.cookies[COOKIE]
    for forged in (token[:-1], token[::-1], token.split(".")[0], "x" * len(token)):
        stranger.cookies.set(COOKIE, forged, domain="127.0.0.1", path="/")
        response = httpx.get(
            f"{world.places.hub}/api/orders/basket", headers={"cookie": f"{COOKIE}={forged}"}
        )
        assert (response.status_code, response.json()["code"]) == (401, "auth.sign_in_first")
