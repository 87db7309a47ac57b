"""Devices' tables come out of the journal as they are."""

from hub.app.wiring import ROOMS
from hub.devices import store as devices
from hub.devices.messages import AnswerDrawerIncident
from hub.kernel.db import connect
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import tables_of
from hub.kernel.sql import Session
from hub.modules.orders import store as orders
from hub.modules.orders.messages import PayCash
from tests.devices.counter import Counter
from tests.devices.test_drawers import leave_open, move, order_release
from tests.modules.shop import STORE, TILL, by_piece


def test_tables_rebuilt_from_the_journal_equal_the_live_ones(counter: Counter) -> None:
    code = by_piece().barcodes[0]
    counter.scan(code)
    counter.scan(code, age_ms=9_000)
    basket = orders.basket_at(counter.read, STORE, TILL)
    assert basket is not None
    total = basket.total_fen
    paying = {"order_id": basket.order_id, "payment_id": counter.new_id()}
    counter.do(PayCash, due_fen=total, tendered_fen=total + 1_00, **paying)
    order_release(counter)
    for number, is_open in enumerate([True, False, True], 100):
        counter.clock.pass_s(60)
        move(counter, is_open, number)
    leave_open(counter)
    (incident, *_) = devices.drawer_incidents_of(counter.read, STORE, 50)
    counter.do(
        AnswerDrawerIncident, counter.caller("manager"), incident_seq=incident.seq, answer="清点备用金"
    )
    counter.engine.close()

    connection = connect(counter.folder.database, counter.folder.key.read_bytes())
    session = Session(connection.cursor(), "sqlite")
    rebuilt = rebuild_in_place(
        session, session, tables_of(ROOMS, "projected"), Projector(ROOMS), counter.engine.types
    )
    connection.close()
    counter.reopen()

    assert rebuilt.events > 10
    assert rebuilt.different == ()
