"""The pay desk: open electronic payments to their terminals, each request once, and its end looked for.

What was asked for in this life of the hub is sent. Of anything found open at the start nobody knows whether
it was sent, so it is asked about: a request is never sent a second time.
"""

import logging
from typing import Any, NamedTuple

from drivers import messages as wire
from hub.devices import model, store
from hub.devices.links import Gateways
from hub.devices.paying.desk import GRACE_S, PATIENCE_S, Desk
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import SYSTEM
from hub.kernel.db import Readers
from hub.kernel.ids import new_id
from hub.kernel.journal import Record
from hub.modules.payments import store as payments
from hub.modules.payments.attempt_model import WORKING, Asked
from hub.modules.payments.events import AttemptMoved, AttemptOpened
from hub.modules.payments.messages import AttemptView, TakePayAnswer

log = logging.getLogger(__name__)

CUSTOMER_S = 90.0
"""So long a customer may take at the terminal."""
QUESTION_S = 20.0
"""So long a terminal may take over a query or a reversal."""
RESTS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Before each try: a terminal that did not know a moment ago may know soon."""

_MARKS: dict[str, Asked] = {"": "request", "q": "query", "r": "reversal"}
_BY_ASKED: dict[Asked, str] = {asked: mark for mark, asked in _MARKS.items()}


class _Errand(NamedTuple):
    """What is being asked about an attempt; while it does not wait for an answer, it rests until `due_s`."""

    asked: Asked
    phase: str
    tries: int
    due_s: float
    waits: bool = False


class PayDesk(Desk):
    """Electronic payments that are open."""

    def __init__(self, bus: Bus, readers: Readers, store_id: str, gateways: Gateways, clock: Clock) -> None:
        super().__init__(bus, readers, store_id, gateways, clock)
        self._errands: dict[str, _Errand] = {}

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: payments were asked for, or changed."""
        events = [event for event in (record.event for record in records) if _is_of_payments(event)]
        if events:
            self.asked_for(event.attempt_id for event in events if event.state == "requested")

    async def record(self, answer: wire.PayAnswer) -> None:
        """What a terminal said of a payment."""
        attempt_id, _, mark = answer.request_id.partition(".")
        asked = _MARKS.get(mark[:1])
        if asked is not None:
            await self._record(attempt_id, asked, answer)

    async def serve_all(self) -> bool:
        """One step for each payment that is open; what is asked for meanwhile is fresh in the next turn."""
        seen = set(self.fresh)
        working = {
            one.attempt_id: one
            for one in payments.open_attempts(self._readers, self._store_id)
            if one.state in WORKING
        }
        self._errands = {key: errand for key, errand in self._errands.items() if key in working}
        for attempt in working.values():
            await self._serve(attempt)
        self.fresh -= seen - {key for key, one in working.items() if one.state == "requested"}
        return bool(self._errands)

    async def _record(self, attempt_id: str, asked: Asked, answer: wire.PayAnswer) -> None:
        command = TakePayAnswer(
            command_id=new_id(),
            attempt_id=attempt_id,
            asked=asked,
            state=answer.state,
            reason=model.told(answer.reason),
            text=model.told(answer.text),
            amount_fen=answer.amount_fen,
            reference=model.told(answer.reference),
            scheme=model.told(answer.scheme),
            account=model.told(answer.account),
        )
        outcome = await self._bus.adispatch(command, SYSTEM)
        errand = self._errands.get(attempt_id)
        if outcome.refusal is not None:  # not recorded, the disk perhaps: it is asked about again
            log.warning("answer to %s not kept: %s", attempt_id, outcome.refusal.code)
        if errand is None or errand.asked != asked or answer.state == "pending":
            return
        again: Asked = "query" if asked == "request" else asked
        self._errands[attempt_id] = errand._replace(
            asked=again, due_s=self._now_s() + PATIENCE_S, waits=False
        )

    async def _serve(self, attempt: AttemptView) -> None:
        """One step for one attempt: ask what its state calls for, when it is time to."""
        errand = self._errand_of(attempt)
        self._errands[attempt.attempt_id] = errand
        route = store.pay_route(self._readers, self._store_id, attempt.attempt_id)
        device_id = route.device_id if route else ""
        link = self._gateways.link_of(device_id)
        if errand.asked == "request" and not errand.waits and attempt.attempt_id not in self.fresh:
            errand = errand._replace(asked="query")
        if link is None:
            await self._without_link(attempt, errand)
        elif errand.waits and self._now_s() >= errand.due_s:
            await self._tell(attempt, errand.asked, "unknown", "terminal.no_answer")
        elif not errand.waits and self._now_s() >= errand.due_s:
            asking = self._frame(attempt, errand.asked, device_id)
            self.fresh.discard(attempt.attempt_id)
            due_s = self._now_s() + asking.timeout_s + GRACE_S
            self._errands[attempt.attempt_id] = errand._replace(due_s=due_s, waits=True)
            await link.send(asking)  # lost with its link: then that is gone, and this is asked about

    def _errand_of(self, attempt: AttemptView) -> _Errand:
        """What was begun, or a new one where the attempt has moved on."""
        known = self._errands.get(attempt.attempt_id)
        asked = _asked_in(attempt.state)
        if known is not None and (known.phase, known.tries) == (asked, attempt.tries):
            return known
        rest_s = 0.0
        if asked != "request" and (asked == "query" or attempt.tries > 0):
            rest_s = RESTS_S[min(attempt.tries, len(RESTS_S) - 1)]
        return _Errand(asked, asked, attempt.tries, self._now_s() + rest_s)

    async def _without_link(self, attempt: AttemptView, errand: _Errand) -> None:
        """Its gateway is away: what was not sent is not begun, what was is unknown, the rest waits."""
        if errand.asked == "request":
            state: wire.PayState = "unknown" if errand.waits else "not_started"
            self.fresh.discard(attempt.attempt_id)
            await self._tell(attempt, "request", state, "terminal.gateway_gone")
        else:
            due_s = self._now_s() + PATIENCE_S
            self._errands[attempt.attempt_id] = errand._replace(due_s=due_s, waits=False)

    async def _tell(self, attempt: AttemptView, asked: Asked, state: wire.PayState, reason: str) -> None:
        said = wire.PayAnswer(request_id=attempt.attempt_id, state=state, reason=reason)
        await self._record(attempt.attempt_id, asked, said)
        self.look_again()

    def _frame(self, attempt: AttemptView, asked: Asked, device_id: str) -> wire.Pay:
        """The request itself, or a question about it under an id that was never used."""
        if asked == "request":
            return self._request(attempt, device_id)
        return wire.Pay(
            request_id=f"{attempt.attempt_id}.{_BY_ASKED[asked]}{new_id()[-16:]}",
            device_id=device_id,
            act="query" if asked == "query" else "reversal",
            amount_fen=attempt.amount_fen,
            original_id=attempt.attempt_id,
            original_reference=attempt.reference,
            timeout_s=QUESTION_S,
        )

    def _request(self, attempt: AttemptView, device_id: str) -> wire.Pay:
        paid = (
            payments.payment(self._readers, self._store_id, attempt.original_id)
            if attempt.original_id
            else None
        )
        is_code_sale = attempt.tender == "code" and attempt.act == "sale"
        return wire.Pay(
            request_id=attempt.attempt_id,
            device_id=device_id,
            act=attempt.act,
            amount_fen=attempt.amount_fen,
            code=payments.code_of(self._readers, attempt.attempt_id) if is_code_sale else "",
            original_id=attempt.original_id,
            original_reference=paid.reference if paid else "",
            timeout_s=CUSTOMER_S,
        )


def _asked_in(state: str) -> Asked:
    """What an attempt's state calls for."""
    if state == "reversing":
        return "reversal"
    return "query" if state == "unknown" else "request"


def _is_of_payments(event: object) -> bool:
    return isinstance(event, AttemptOpened | AttemptMoved)
