"""Rubbish over HTTP: a coded refusal in the reader's language, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from hub.app.demo.seed import Good
from hub.app.http import MAX_BODY_BYTES
from hub.kernel.ids import new_id
from tests.worlds.stack.till import Till
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import SPARE_TILL, World

JSON = "application/json"
LANGUAGES = ("zh-CN,zh;q=0.9", "en-GB,en;q=0.8")


@pytest.fixture(scope="module")
def rubbish_till(running_world: World) -> Iterator[Till]:
    """A till with a thing on its basket, and a hub that has nothing else to do."""
    running_world.mend()
    till = Till(running_world, "T10").ready()
    eventually(lambda: till.sync()["pending_events"] == 0, "a quiet hub")
    yield till
    till.close()


def body(**fields: str) -> str:
    """A body whose values are JSON already."""
    every = {"command_id": f'"{new_id()}"', **fields}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in every.items()) + "}"


def park(label: str) -> str:
    return body(order_id=f'"{new_id()}"', label=label)


def open_shift(float_fen: str) -> str:
    return body(shift_id=f'"{new_id()}"', terminal_id=f'"{SPARE_TILL}"', float_fen=float_fen)


def pay(tendered_fen: str, **more: str) -> str:
    ids = {name: f'"{new_id()}"' for name in ("order_id", "payment_id")}
    return body(**ids, due_fen="1", tendered_fen=tendered_fen, **more)


PARK, PAY, SHIFT = "/api/orders/park", "/api/orders/pay-cash", "/api/payments/shifts/open"
RUBBISH = {
    "unknown field": (PAY, pay("100", discount="100"), JSON, "command.malformed"),
    "wrong type": (PAY, pay("[100]"), JSON, "command.malformed"),
    "a fraction of a fen": (PAY, pay("100.5"), JSON, "command.malformed"),
    "NaN": (PAY, pay("NaN"), JSON, "command.malformed"),
    "bad JSON": (PAY, pay("100")[:-1], JSON, "command.malformed"),
    "no JSON at all": (PAY, "due_fen=1&tendered_fen=100", JSON, "command.malformed"),
    "a list": (PAY, "[1, 2, 3]", JSON, "command.malformed"),
    "nothing": (PAY, "", JSON, "command.malformed"),
    "deep nesting": (PAY, "[" * 50_000, JSON, "command.malformed"),
    "lone surrogate escape": (PARK, park(r'"\ud800"'), JSON, "command.malformed"),
    "wrong content type": (PAY, pay("100"), "text/plain", "command.not_json"),
    "a form": (PAY, "order_id=1", "application/x-www-form-urlencoded", "command.not_json"),
    "id that is none": (PAY, pay("100", command_id='"1"'), JSON, "command.id_invalid"),
    "oversize": (PARK, park('"' + "x" * MAX_BODY_BYTES + '"'), JSON, "command.too_large"),
}


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_is_refused_with_a_code_and_leaves_nothing(
    what: str, world: World, rubbish_till: Till
) -> None:
    path, content, content_type, code = RUBBISH[what]
    before = world.books.head_seq()
    told = [_send(rubbish_till, path, content, content_type, language) for language in LANGUAGES]
    for response in told:
        assert 400 <= response.status_code < 500, response.text
        assert response.json()["code"] == code, response.text
    _is_said_in_both_languages(told)
    assert world.books.head_seq() == before


@pytest.mark.parametrize(
    ("what", "path", "fields", "code"),
    [
        ("NUL", PARK, {"label": "红\0衣"}, "text.invalid"),
        ("not NFC", PARK, {"label": "e\u0301"}, "text.invalid"),
        ("too long", PARK, {"label": "店" * 201}, "text.invalid"),
        ("too much money", PAY, {"tendered_fen": 3_000_000_000}, "money.out_of_range"),
        ("more money than 64 bits", PAY, {"tendered_fen": 10**30}, "money.out_of_range"),
        ("money below zero", PAY, {"tendered_fen": -1}, "money.out_of_range"),
    ],
)
def test_what_must_not_be_kept_is_refused_on_a_real_basket(
    what: str,
    path: str,
    fields: dict[str, object],
    code: str,
    world: World,
    rubbish_till: Till,
    shelf: list[Good],
) -> None:
    till = rubbish_till.ready()
    till.type_code(shelf[0])
    basket = till.basket()
    if path == PAY:
        fields = {"payment_id": new_id(), "due_fen": basket["total_fen"], **fields}
    before = world.books.head_seq()
    told = [
        till.http.post(
            path,
            json={"command_id": new_id(), "order_id": basket["order_id"], **fields},
            headers={"accept-language": language},
        )
        for language in LANGUAGES
    ]
    assert [(response.status_code, response.json()["code"]) for response in told] == [(400, code)] * 2
    _is_said_in_both_languages(told)
    assert till.basket() == basket
    assert world.books.head_seq() == before


def test_a_float_of_three_thousand_million_fen_opens_no_shift(world: World) -> None:
    till = Till(world, SPARE_TILL)
    before = world.books.head_seq()
    response = _send(till, SHIFT, open_shift("3000000000"), JSON, "en")
    assert (response.status_code, response.json()["code"]) == (400, "money.out_of_range")
    assert till.get("/api/payments/shifts/current") is None
    assert world.books.head_seq() == before
    till.close()


def test_the_hub_sells_on_after_all_of_it(rubbish_till: Till, shelf: list[Good]) -> None:
    assert rubbish_till.ready().sell(shelf[0])["receipt_no"].startswith("S001-T10-")


def _send(till: Till, path: str, content: str, content_type: str, language: str) -> httpx.Response:
    headers = {"content-type": content_type, "accept-language": language}
    return till.http.post(path, content=content.encode(), headers=headers)


def _is_said_in_both_languages(told: list[httpx.Response]) -> None:
    chinese, english = (response.json()["text"] for response in told)
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese), chinese
    assert english
    assert not any("\u4e00" <= char <= "\u9fff" for char in english), english
