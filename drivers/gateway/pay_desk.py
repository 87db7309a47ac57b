"""One payment terminal's work: one request at a time, each sent at most once, and an end known for each."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque

from drivers.base import Heard
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_log import PayLog, request_hash
from drivers.gateway.session import Session
from drivers.messages import Pay, PayAnswer, PayState
from drivers.payment_terminal.contract import PaymentTerminal

logger = logging.getLogger(__name__)


class InHand(asyncio.Event):
    """A request the terminal was given or is next to get; set once it has an end, known or unknown."""

    def __init__(self, request: Pay) -> None:
        super().__init__()
        self.request = request
        self.request_hash = request_hash(request)
        self.written_before: int | None = None
        self.told = PayAnswer(request_id=request.request_id, state="pending")

    def end(self, answer: PayAnswer) -> None:
        """This is how it ended, if nothing ended it before."""
        if not self.is_set():
            self.told = answer
            self.set()


class PayDesk:
    """Takes requests from the hub and answers for each.

    A request is begun in the log before its first byte; what was begun is never sent again, and where no
    answer to it can be believed its end is unknown.
    """

    def __init__(self, device_id: str, terminal: PaymentTerminal, log: PayLog, outbox: Outbox) -> None:
        self._device_id = device_id
        self._terminal = terminal
        self._log = log
        self._outbox = outbox
        self._open = False
        self._hands: deque[InHand] = deque(maxlen=2)  # the one in hand, and the reversal that interrupts it
        self._due = asyncio.Event()

    def blocked(self) -> str:
        """Nothing is known against it."""
        return ""

    async def accept(self, request: Pay) -> None:
        """A request: answered from the log, taken in hand, or turned away with nothing sent."""
        known = await self._log.find(request.request_id)
        hand = next((hand for hand in self._hands if hand.request.request_id == request.request_id), None)
        first = hand or known
        if first is not None and first.request_hash != request_hash(request):
            self._answer(request, "unknown", "terminal.request_differs")
        elif hand is not None:
            self._outbox.add_answer(hand.told)
        elif known is not None:
            self._outbox.add_answer(known.answer)
        elif reason := self._terminal.cannot(request):
            self._answer(request, "refused", reason)
        elif not self._open:
            self._answer(request, "not_started", "terminal.closed")
        else:
            self._take(request)

    def hear(self, heard: Heard) -> None:
        """What the terminal said of the request in hand: told the hub from here, not as a reading."""
        if not isinstance(heard, PayAnswer) or not self._hands:
            return
        hand = self._hands[0]
        if heard.state != "pending":
            hand.end(heard)
        elif not hand.is_set():
            hand.told = heard
            self._outbox.add_answer(heard)

    async def work(self, session: Session) -> None:
        """Carry out requests until the link is lost; the one in hand is then unknown."""
        self._open = True
        reason = "gateway.stopped"
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.listen(), name=f"{self._device_id}:listen")
                tasks.create_task(self._carry_on(session), name=f"{self._device_id}:pay")
        except ExceptionGroup as group:
            first = group.exceptions[0]
            reason = first.code if isinstance(first, LinkLost) else "gateway.driver_failed"
            raise first from group
        finally:
            self._open = False
            await self._let_go(session, reason)

    def _take(self, request: Pay) -> None:
        busy_with = self._hands[0] if self._hands else None
        undoes_it = request.act == "reversal" and len(self._hands) == 1
        if busy_with is None:
            self._hands.append(InHand(request))
            self._due.set()
        elif undoes_it and request.original_id == busy_with.request.request_id:
            self._hands.append(InHand(request))
            busy_with.end(_ended(busy_with.request, "unknown", "terminal.interrupted"))
        else:
            self._answer(request, "not_started", "terminal.busy")

    async def _carry_on(self, session: Session) -> None:
        while True:
            await self._due.wait()
            while self._hands:
                await self._carry_out(session, self._hands[0])
                self._hands.popleft()
            self._due.clear()

    async def _carry_out(self, session: Session, hand: InHand) -> None:
        if not await self._begin(hand):
            return
        if hand.is_set():
            await self._unsend(hand, hand.told.reason)
            return
        self._outbox.add_answer(hand.told)
        await self._send(session, hand)
        try:
            async with asyncio.timeout(hand.request.timeout_s):
                await hand.wait()
        except TimeoutError:
            hand.end(_ended(hand.request, "unknown", self._terminal.silence()))
        self._terminal.done()
        await self._end(hand)

    async def _begin(self, hand: InHand) -> bool:
        try:
            return await self._log.begin(hand.request)
        except sqlite3.Error as error:
            logger.error("payment log: %s", error)
            self._answer(hand.request, "not_started", "gateway.log_failed")
            return False

    async def _send(self, session: Session, hand: InHand) -> None:
        session.writing = True
        hand.written_before = session.link.written
        try:
            await session.link.write(self._terminal.begin(hand.request), self._terminal.write_timeout_s)
        finally:
            session.writing = False

    async def _end(self, hand: InHand) -> None:
        try:
            await self._log.finish(hand.told)
        except sqlite3.Error as error:  # it stays begun: unknown after a restart, never sent again
            logger.error("payment log: %s", error)
        self._outbox.add_answer(hand.told)

    async def _unsend(self, hand: InHand, reason: str) -> None:
        await self._log.forget(hand.request.request_id)
        self._answer(hand.request, "not_started", reason)

    async def _let_go(self, session: Session, reason: str) -> None:
        """The link went: what was in hand is unknown if one byte of it can have left."""
        while self._hands:
            hand = self._hands[0]
            if hand.written_before in {None, session.link.written}:
                await self._unsend(hand, reason)
            else:
                hand.end(_ended(hand.request, "unknown", reason))
                await self._end(hand)
            self._hands.popleft()
        self._due.clear()

    def _answer(self, request: Pay, state: PayState, reason: str) -> None:
        self._outbox.add_answer(_ended(request, state, reason))


def _ended(request: Pay, state: PayState, reason: str) -> PayAnswer:
    return PayAnswer(request_id=request.request_id, state=state, reason=reason)
