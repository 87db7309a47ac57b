"""The settlement desk: each settlement to its terminal, and its end to the books.

Its id is the request's, and a gateway answers an id that it knows from its log: so it may be sent again,
after a restart here or a link that was lost, and is carried out once.
"""

import logging
from typing import Any, NamedTuple

from drivers import messages as wire
from hub.devices import model
from hub.devices.links import GatewayLink, Gateways
from hub.devices.paying.desk import GRACE_S, PATIENCE_S, Desk
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import SYSTEM
from hub.kernel.db import Readers
from hub.kernel.ids import new_id
from hub.kernel.journal import Record
from hub.modules.payments import settled
from hub.modules.payments.events import BatchTotals, SettlementAsked
from hub.modules.payments.messages import SettlementView, TakeSettlementAnswer

log = logging.getLogger(__name__)

SETTLE_S = 60.0
"""So long a terminal may take to settle with its acquirer."""
_MARK = ".z"
"""Behind a settlement's id in its request: so its answer is told from a payment's."""


class _Errand(NamedTuple):
    """A settlement that waits for its answer until `due_s`; `link` is what it was sent by last.

    It is not sent before `rests_until_s`.
    """

    due_s: float
    is_fresh: bool
    link: GatewayLink | None = None
    rests_until_s: float = 0.0


class SettlementDesk(Desk):
    """Settlements that wait for their answer."""

    def __init__(self, bus: Bus, readers: Readers, store_id: str, gateways: Gateways, clock: Clock) -> None:
        super().__init__(bus, readers, store_id, gateways, clock)
        self._errands: dict[str, _Errand] = {}

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: settlements were asked for."""
        asked = [one.event.settlement_id for one in records if isinstance(one.event, SettlementAsked)]
        if asked:
            self.asked_for(asked)

    async def record(self, answer: wire.PayAnswer) -> None:
        """What a terminal said of a settlement."""
        if answer.request_id.endswith(_MARK):
            await self._record(answer.request_id.removesuffix(_MARK), answer)

    async def serve_all(self) -> bool:
        """One step for each settlement; what is asked for meanwhile is fresh in the next turn."""
        seen = set(self.fresh)
        asked = {one.settlement_id: one for one in settled.asked(self._readers, self._store_id)}
        self._errands = {key: errand for key, errand in self._errands.items() if key in asked}
        for one in asked.values():
            await self._serve(one)
        self.fresh -= seen
        return bool(self._errands)

    async def _record(self, settlement_id: str, answer: wire.PayAnswer) -> None:
        command = TakeSettlementAnswer(
            command_id=new_id(),
            settlement_id=settlement_id,
            state=answer.state,
            reason=model.told(answer.reason),
            text=model.told(answer.text),
            reference=model.told(answer.reference),
            count=answer.settled_count,
            net_fen=answer.settled_fen,
            totals=_totals(answer.settled_totals),
        )
        outcome = await self._bus.adispatch(command, SYSTEM)
        if outcome.refusal is None:
            return
        log.warning("answer to settlement %s not kept: %s", settlement_id, outcome.refusal.code)
        if (errand := self._errands.get(settlement_id)) is not None:  # it is sent again, and told again
            rests_until_s = self._now_s() + PATIENCE_S
            self._errands[settlement_id] = errand._replace(
                is_fresh=False, link=None, rests_until_s=rests_until_s
            )

    async def _serve(self, one: SettlementView) -> None:
        now_s = self._now_s()
        errand = self._errands.get(one.settlement_id)
        if errand is None:
            errand = _Errand(now_s + SETTLE_S + GRACE_S, one.settlement_id in self.fresh)
        self._errands[one.settlement_id] = errand
        link = self._gateways.link_of(one.device_id)
        if link is None and errand.is_fresh and errand.link is None:
            await self._tell(one, "not_started", "terminal.gateway_gone")
        elif now_s >= errand.due_s:
            await self._tell(one, "unknown", "terminal.no_answer")
        elif link is not None and link is not errand.link and now_s >= errand.rests_until_s:
            self._errands[one.settlement_id] = errand._replace(link=link)
            asking = wire.Pay(
                request_id=f"{one.settlement_id}{_MARK}",
                device_id=one.device_id,
                act="settlement",
                timeout_s=SETTLE_S,
            )
            await link.send(asking)  # lost with its link: then it is sent by the next one

    async def _tell(self, one: SettlementView, state: wire.PayState, reason: str) -> None:
        said = wire.PayAnswer(request_id=f"{one.settlement_id}{_MARK}", state=state, reason=reason)
        await self._record(one.settlement_id, said)


def _totals(told: wire.SettledTotals | None) -> BatchTotals | None:
    if told is None:
        return None
    return BatchTotals(
        sale_count=told.sale_count,
        sale_fen=told.sale_fen,
        refund_count=told.refund_count,
        refund_fen=told.refund_fen,
        reversal_count=told.reversal_count,
        reversal_fen=told.reversal_fen,
    )
