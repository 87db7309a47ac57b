"""The till's device page: a test scan is shown and sells nothing, a test slip is a job of one printer."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
import pytest
from litestar.testing import TestClient

from drivers import messages as wire
from hub.app.frames import DevicesFrame, NoticeFrame, ScanTestedFrame, TillFrame
from hub.app.server import Hub, gateway_token
from hub.app.trials import MAX_TRIALS, TRIAL_MS, Trials
from hub.devices import store
from hub.devices.drawers import DrawerWatch
from hub.devices.events import (
    DrawerLearnt,
    DrawerMoved,
    DrawerOpenedUnasked,
    DrawerShown,
    ScanRead,
    ScanRefused,
    ScanTested,
)
from hub.devices.messages import BindDevice
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from tests.modules.shop import STORE, TILL, OwnClock, by_piece
from tests.modules.test_routes import sign_in

KINDS: dict[str, wire.Kind] = {
    "scanner-1": "scanner",
    "printer-1": "printer",
    "printer-2": "printer",
    "drawer-1": "drawer",
    "display-1": "display",
    "drawer-2": "drawer",
    "card-1": "payment_terminal",
}
ABILITIES: dict[str, wire.Ability] = {"drawer-1": "position", "card-1": "card"}
CODE = by_piece().barcodes[0]
_till_frame = msgspec.json.Decoder(TillFrame)
FrameT = TypeVar("FrameT")


@pytest.fixture
def client(client: TestClient[Any]) -> TestClient[Any]:
    sign_in(client, "cashier")
    return client


class Gateway:
    """A gateway with every device, spoken by hand."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._seq = 0

    def say(self, device_id: str, reading: wire.AnyReading, age_ms: int = 0) -> None:
        self._seq += 1
        self._socket.send_text(
            wire.encode(
                wire.Reading(
                    device_id=device_id, boot_id="boot-1", seq=self._seq, age_ms=age_ms, reading=reading
                )
            )
        )

    def scan(self, age_ms: int = 0) -> None:
        self.say("scanner-1", wire.Scan(text=CODE, symbology="E0"), age_ms)
        self.hear(wire.Ack)

    def answer(self, frame: wire.GatewayFrame) -> None:
        self._socket.send_text(wire.encode(frame))

    def hear(self, kind: type[FrameT]) -> FrameT:
        """The next frame of a kind."""
        while True:
            frame = wire.decode_hub_frame(self._socket.receive_text(timeout=20))
            if isinstance(frame, kind):
                return frame


@contextmanager
def gateway(hub: Hub, client: TestClient[Any], bound: bool = True) -> Iterator[Gateway]:
    token = gateway_token(hub.settings.gateway_token_path)
    devices = tuple(
        wire.DeviceInfo(
            device_id=device_id,
            kind=kind,
            model="any",
            ability=ABILITIES.get(device_id, ""),
            link="x",
            state="enabled",
        )
        for device_id, kind in KINDS.items()
    )
    with client.websocket_connect("/ws/gateway", headers={"Authorization": f"Bearer {token}"}) as socket:
        socket.send_text(
            wire.encode(wire.Hello(gateway_id="gw", boot_id="boot-1", version="1", devices=devices))
        )
        one = Gateway(socket)
        one.hear(wire.Welcome)
        for device_id in KINDS if bound else ():
            hub.engine.bus.dispatch(
                BindDevice(command_id=new_id(), device_id=device_id, terminal_id=TILL), SYSTEM
            )
        yield one


def till_hears(socket: Any, kind: type[FrameT]) -> FrameT:
    while True:
        frame = _till_frame.decode(socket.receive_text(timeout=20))
        if isinstance(frame, kind):
            return frame


def post(client: TestClient[Any], path: str, **body: Any) -> Any:
    return client.post(f"/api/devices/{path}", json={"command_id": new_id(), **body})


def events(hub: Hub, *kinds: type[Any]) -> list[Any]:
    with hub.engine.readers.session() as read:
        records = [hub.engine.types.decode(entry.body) for entry in read_page(read, 0, 10_000, 10_000)]
    return [record.event for record in records if isinstance(record.event, kinds)]


def test_a_test_scan_is_shown_recorded_and_sells_nothing(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter, client.websocket_connect(f"/ws/terminal/{TILL}") as page:
        answer = post(client, "test/scanner", device_id="scanner-1")
        assert (answer.status_code, answer.json()) == (200, {"within_ms": TRIAL_MS})
        counter.scan()
        shown = till_hears(page, ScanTestedFrame)
        assert (shown.device_id, shown.text, shown.symbology, shown.trouble) == ("scanner-1", CODE, "E0", "")
        assert [type(event) for event in events(hub, ScanRead, ScanRefused, ScanTested)] == [ScanTested]
        counter.scan()
        assert [type(event) for event in events(hub, ScanRead, ScanTested)] == [ScanTested, ScanRead]


def test_a_scanner_of_no_till_can_be_tested_before_it_is_bound(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client, bound=False) as counter:
        assert post(client, "test/scanner", device_id="scanner-1").status_code == 200
        counter.scan()
        (tested,) = events(hub, ScanTested, ScanRefused)
        assert (tested.terminal_id, tested.text) == (TILL, CODE)


def test_a_misread_under_test_says_why_and_the_test_goes_on(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter, client.websocket_connect(f"/ws/terminal/{TILL}?lang=en") as page:
        post(client, "test/scanner", device_id="scanner-1")
        counter.say("scanner-1", wire.Misread(reason="unterminated"))
        assert "cut short" in till_hears(page, ScanTestedFrame).trouble
        counter.scan()
        assert till_hears(page, ScanTestedFrame).text == CODE
        assert not events(hub, ScanRefused, ScanRead)


def test_a_scan_from_before_the_test_is_no_test(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter:
        post(client, "test/scanner", device_id="scanner-1")
        counter.scan(age_ms=1_900)
        assert [type(event) for event in events(hub, ScanRead, ScanTested)] == [ScanRead]


def test_a_trial_ends_by_time_by_its_scan_and_by_another() -> None:
    clock = OwnClock()
    trials = Trials(clock)
    trials.begin("scanner-1", "T01")
    trials.begin("scanner-1", "T02")
    assert trials.terminal_of("scanner-1", 0) == "T02"
    clock.pass_s(TRIAL_MS // 1000)
    assert trials.terminal_of("scanner-1", 0) == "T02"
    clock.pass_s(1)
    assert trials.terminal_of("scanner-1", 0) is None
    trials.begin("scanner-1", "T01")
    trials.end("scanner-1")
    assert trials.terminal_of("scanner-1", 0) is None
    for number in range(MAX_TRIALS + 1):
        trials.begin(f"scanner-{number}", "T01")
    assert trials.terminal_of("scanner-0", 0) is None
    assert trials.terminal_of(f"scanner-{MAX_TRIALS}", 0) == "T01"


def test_a_test_slip_comes_out_of_the_printer_that_is_tested(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter:
        job_id = new_id()
        assert post(client, "prints/test", job_id=job_id, device_id="printer-2").json() == {"job_id": job_id}
        asked = counter.hear(wire.Print)
        assert (asked.job_id, asked.device_id) == (job_id, "printer-2")
        assert "测试" in str(asked.document)
        job = store.print_job(hub.engine.readers, STORE, job_id)
        assert job is not None
        assert (job.terminal_id, job.document, job.device_id) == (TILL, "test", "printer-2")
        assert post(client, "prints/test", job_id=job_id, device_id="printer-2").status_code == 409
        assert post(client, "prints/test", job_id=new_id(), device_id="drawer-1").status_code == 404


def test_a_display_shows_a_test_text(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client, bound=False) as counter:
        assert post(client, "test/display", device_id="display-1").status_code == 200
        assert "DIANSHU TEST" in counter.hear(wire.Show).upper_plain


def test_a_drawer_that_moves_is_seen_at_the_till(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter, client.websocket_connect(f"/ws/terminal/{TILL}") as page:
        counter.say("drawer-1", wire.DrawerPosition(open=True))
        counter.hear(wire.Ack)
        while not any(device.is_open for device in till_hears(page, DevicesFrame).devices):
            pass
        heard = {one["device_id"]: one for one in client.get("/api/devices/pulses").json()}
        assert heard["drawer-1"]["connected"]
        assert heard["drawer-1"]["heard_age_ms"] is not None
        assert heard["printer-1"]["heard_age_ms"] is None


def test_a_manager_sees_which_gateways_are_here_and_when_one_was_seen(
    hub: Hub, client: TestClient[Any]
) -> None:
    assert client.get("/api/gateways/known").status_code == 403
    sign_in(client, "manager")
    assert client.get("/api/gateways/known").json() == []
    with gateway(hub, client):
        (here,) = client.get("/api/gateways/known").json()
        assert (here["gateway_id"], here["is_connected"], here["paired_ms"]) == ("gw", True, None)
        assert here["device_count"] == len(KINDS)
    (gone,) = client.get("/api/gateways/known").json()
    assert (gone["is_connected"], gone["seen_ms"] >= here["seen_ms"]) == (False, True)


def test_a_gateways_clock_is_compared_with_the_hubs(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter:
        assert client.get("/health").json()["gateway_clocks_ahead_ms"] == {}
        wall_ms = hub.engine.clock.read().wall_ms + 90_000
        counter.answer(wire.Heartbeat(at=1, wall_ms=wall_ms))
        counter.scan()  # what came before it is heard
        ahead = client.get("/health").json()["gateway_clocks_ahead_ms"]
        assert ahead["gw"] == pytest.approx(90_000, abs=30_000)
    assert client.get("/health").json()["gateway_clocks_ahead_ms"] == {}


def test_strangers_see_conditions_and_nothing_by_which_to_know_a_unit(
    hub: Hub, client: TestClient[Any]
) -> None:
    with gateway(hub, client) as counter:
        counter.say("drawer-1", wire.DrawerPosition(open=True))
        counter.hear(wire.Ack)
        client.cookies.clear()
        shown = {one["device_id"]: one for one in client.get("/api/devices/conditions").json()}
        assert shown["drawer-1"]["state"] == "enabled"
        assert {(one["identity"], one["is_open"]) for one in shown.values()} == {("", None)}


@pytest.mark.parametrize(
    ("language", "texts"), [("zh-CN", ("没有让它开", "60 秒")), ("en", ("nobody", "60 s"))]
)
def test_a_drawer_that_nobody_opened_and_nobody_shuts_is_told_at_its_till(
    hub: Hub, client: TestClient[Any], language: str, texts: tuple[str, str]
) -> None:
    clock = OwnClock()
    watch = DrawerWatch(hub.engine.bus, hub.engine.readers, STORE, clock)
    with (
        gateway(hub, client) as counter,
        client.websocket_connect(f"/ws/terminal/{TILL}?lang={language}") as page,
    ):
        for is_open in (False, True):
            counter.say("drawer-1", wire.DrawerPosition(open=is_open))
            counter.hear(wire.Ack)
        unasked = till_hears(page, NoticeFrame)
        watch.look()
        clock.pass_s(60)
        watch.look()
        left_open = till_hears(page, NoticeFrame)
    assert client.get("/api/devices/drawer-incidents").status_code == 403
    sign_in(client, "manager")
    incidents = client.get("/api/devices/drawer-incidents").json()

    assert [unasked.code, left_open.code] == ["devices.drawer_opened_unasked", "devices.drawer_left_open"]
    assert texts[0] in unasked.text
    assert texts[1] in left_open.text
    assert [one["kind"] for one in incidents] == ["left_open", "unasked"]
    assert incidents[0]["opened_ms"] == incidents[1]["opened_ms"]


def asked(ask: Callable[[], Any]) -> Future[Any]:
    """The answer to come of a page that waits."""
    return ThreadPoolExecutor(max_workers=1).submit(ask)


def show_drawer(client: TestClient[Any], is_open: bool) -> Future[Any]:
    return asked(lambda: post(client, "learn-drawer", device_id="drawer-1", is_open=is_open))


def test_a_manager_shows_a_drawer_and_what_its_sensor_says_is_on_record(
    hub: Hub, client: TestClient[Any]
) -> None:
    with gateway(hub, client) as counter:
        assert post(client, "learn-drawer", device_id="drawer-1", is_open=False).status_code == 403
        sign_in(client, "manager")
        for is_open, learnt in ((False, None), (True, "low")):
            lesson = show_drawer(client, is_open)
            shown = counter.hear(wire.LearnDrawer)
            assert (shown.device_id, shown.is_open) == ("drawer-1", is_open)
            counter.answer(
                wire.DrawerLearnt(request_id=shown.request_id, ok=True, reason="any", open_when=learnt)  # type: ignore[arg-type]
            )
            answer = lesson.result(timeout=20).json()
            assert answer == {"ok": True, "reason": "any", "open_when": learnt}
        told = events(hub, DrawerShown, DrawerLearnt)
        assert [type(event) for event in told] == [DrawerShown, DrawerShown, DrawerLearnt]
        assert (told[1].terminal_id, told[1].is_open, told[2].open_when) == (TILL, True, "low")


def test_while_a_drawer_is_learnt_its_opening_accuses_nobody(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client) as counter:
        for position in (False, None, True):
            counter.say("drawer-1", wire.DrawerPosition(open=position))
            counter.hear(wire.Ack)
        moved = [event.is_open for event in events(hub, DrawerMoved)]
        assert (moved, events(hub, DrawerOpenedUnasked)) == ([False, None, True], [])
        counter.say("drawer-1", wire.DrawerPosition(open=None))
        counter.hear(wire.Ack)
        known = {one["device_id"]: one["is_open"] for one in client.get("/api/devices").json()}
        assert known["drawer-1"] is None


def test_a_drawer_without_a_sensor_teaches_nothing(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client):
        sign_in(client, "manager")
        refused = post(client, "learn-drawer", device_id="drawer-2", is_open=False)
        assert (refused.status_code, refused.json()["code"]) == (409, "devices.drawer_without_sensor")
        assert post(client, "learn-drawer", device_id="printer-1", is_open=False).status_code == 400


@pytest.mark.parametrize(
    ("state", "reason", "ok", "told"),
    [
        ("refused", "terminal.no_such_request", True, ""),
        ("not_started", "terminal.busy", False, "terminal.busy"),
        ("unknown", "terminal.no_answer", False, "terminal.no_answer"),
        ("refused", "terminal.not_authorised", False, "terminal.not_authorised"),
    ],
)
def test_a_payment_terminal_is_asked_about_a_payment_that_never_was(
    hub: Hub, client: TestClient[Any], state: wire.PayState, reason: str, ok: bool, told: str
) -> None:
    with gateway(hub, client) as counter:
        asking = asked(lambda: post(client, "test/terminal", device_id="card-1"))
        question = counter.hear(wire.Pay)
        assert (question.act, question.amount_fen, question.device_id) == ("query", 0, "card-1")
        counter.answer(wire.PayAnswer(request_id=question.request_id, state="pending"))
        counter.answer(
            wire.PayAnswer(request_id=question.request_id, state=state, reason=reason, text="没有这笔")
        )
        answer = asking.result(timeout=20).json()
        assert (answer["ok"], answer["reason"], answer["text"]) == (ok, told, "没有这笔")


@pytest.mark.parametrize(
    ("device_id", "path", "status"),
    [
        ("printer-1", "test/terminal", 400),
        ("no-such", "test/scanner", 404),
        ("printer-1", "test/scanner", 400),
        ("scanner-1", "test/display", 400),
    ],
)
def test_what_cannot_be_tested_so_is_refused(
    hub: Hub, client: TestClient[Any], device_id: str, path: str, status: int
) -> None:
    with gateway(hub, client):
        assert post(client, path, device_id=device_id).status_code == status


def test_a_device_that_is_away_is_not_tested(hub: Hub, client: TestClient[Any]) -> None:
    with gateway(hub, client):
        pass
    refused = post(client, "test/scanner", device_id="scanner-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "devices.away")


def test_nobody_tests_without_signing_in(hub: Hub) -> None:
    with TestClient(hub.app) as stranger:
        assert post(stranger, "test/scanner", device_id="scanner-1").status_code == 401
        assert stranger.get("/api/devices/pulses").status_code == 401
