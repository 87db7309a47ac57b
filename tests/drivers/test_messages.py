"""Frames: both ways through JSON, strict where it matters, tolerant of a newer end."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from drivers.document import Barcode, Columns, Cut, Text, content_hash
from drivers.messages import (
    MAX_FRAME_BYTES,
    Ack,
    AnyReading,
    Cell,
    DeviceInfo,
    DrawerPosition,
    FrameError,
    Heartbeat,
    Hello,
    Misread,
    Print,
    PrinterStatus,
    Reading,
    ScaleCommand,
    Scan,
    Show,
    Weight,
    decode_gateway_frame,
    decode_hub_frame,
    encode,
)

DOCUMENT = (Text(text="店枢", size=2), Columns(cells=(Cell(text="a"),)), Barcode(data="S001"), Cut())


@pytest.mark.parametrize(
    "reading",
    [
        Scan(text="6901234567892"),
        Misread(reason="garbled"),
        DrawerPosition(open=True),
        PrinterStatus(),
        Weight(value=Decimal("1.250"), unit="kg", stable=True, net=True, tare=Decimal("0.020"), zero=False),
        Weight(value=None, unit="g", stable=False, over=True),
    ],
)
def test_readings_come_through(reading: AnyReading) -> None:
    frame = Reading(device_id="scanner-1", boot_id="b", seq=1, age_ms=0, reading=reading)
    assert decode_gateway_frame(encode(frame)) == frame


@pytest.mark.parametrize(
    "weight",
    [
        '{"value":null,"stable":true}',
        '{"value":"NaN","stable":false}',
        '{"value":"Infinity","stable":false}',
        '{"value":"0","stable":false,"over":true}',
        '{"value":"0","stable":false,"under":true}',
    ],
)
def test_a_weight_that_contradicts_itself_is_none(weight: str) -> None:
    reading = weight.replace("{", '{"type":"weight","unit":"kg",', 1)
    frame = f'{{"type":"reading","device_id":"s","boot_id":"b","seq":1,"age_ms":0,"reading":{reading}}}'
    with pytest.raises(FrameError):
        decode_gateway_frame(frame)


def test_a_scales_keys_come_through() -> None:
    order = ScaleCommand(device_id="scale-1", command="clear_tare")
    assert decode_hub_frame(encode(order)) == order


def test_hello_and_print_come_through() -> None:
    hello = Hello(
        gateway_id="g",
        boot_id="b",
        version="1",
        devices=(DeviceInfo(device_id="d", kind="scanner", model="m", link="l"),),
    )
    assert decode_gateway_frame(encode(hello)) == hello
    order = Print(job_id="j", device_id="p", content_hash=content_hash(DOCUMENT), document=DOCUMENT)
    assert decode_hub_frame(encode(order)) == order


def test_a_show_comes_through_and_is_bounded() -> None:
    order = Show(device_id="d", upper="可口可乐\t￥3.50", amount_fen=350, lamp="total")
    assert decode_hub_frame(encode(order)) == order
    with pytest.raises(FrameError):
        decode_hub_frame(encode(Show(device_id="d", upper="x" * 201)))


def test_the_wire_form_is_the_agreed_one() -> None:
    scan = Reading(device_id="s", boot_id="b", seq=7, age_ms=3, reading=Scan(text="1"))
    assert json.loads(encode(scan)) == {
        "type": "reading",
        "device_id": "s",
        "boot_id": "b",
        "seq": 7,
        "age_ms": 3,
        "at": 0,
        "reading": {"type": "scan", "text": "1", "symbology": None, "raw_hex": ""},
    }
    assert json.loads(encode(Ack(boot_id="b", seq=7))) == {"type": "ack", "boot_id": "b", "seq": 7}


def test_the_document_hash_is_of_its_content() -> None:
    assert content_hash(DOCUMENT) == content_hash(tuple(DOCUMENT))
    assert content_hash(DOCUMENT) != content_hash(DOCUMENT[:-1])


def test_a_newer_end_may_say_more() -> None:
    assert decode_hub_frame('{"type":"heartbeat","at":1,"mood":"good"}') == Heartbeat(at=1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "gateway.frame_invalid"),
        ('{"type":"no_such_frame"}', "gateway.frame_invalid"),
        ('{"type":"ack","boot_id":"","seq":-1}', "gateway.frame_invalid"),
        (b'{"type":"ack","boot_id":"\xff","seq":1}', "gateway.frame_invalid"),
        (
            '{"type":"print","job_id":"../x","device_id":"p","content_hash":"","document":[]}',
            "gateway.frame_invalid",
        ),
        (" " * (MAX_FRAME_BYTES + 1), "gateway.frame_too_long"),
    ],
)
def test_rubbish_has_a_code(text: str | bytes, code: str) -> None:
    for decode in (decode_hub_frame, decode_gateway_frame):
        with pytest.raises(FrameError) as refused:
            decode(text)
        assert refused.value.code == code


def test_a_barcode_of_control_characters_is_not_a_document() -> None:
    document = '[{"block":"barcode","data":"\\u0010"}]'
    bad = f'{{"type":"print","job_id":"j","device_id":"p","content_hash":"","document":{document}}}'
    with pytest.raises(FrameError):
        decode_hub_frame(bad)
