"""Asking one port what hangs on it; every wait is bounded, and it ends with the first good answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from drivers.base import Answers, Sure
from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.links.opener import Opener
from drivers.gateway.links.url import LinkUrlError
from drivers.gateway.probing.plan import Plan, Round, make_plan, name_of
from drivers.gateway.probing.ports import Port
from drivers.messages import Kind
from drivers.profile import Profile

MAX_ANSWER_BYTES = 4096
# After its last byte a device has finished: two frames of a 2400-baud stream lie closer together.
_SILENCE_S = 0.12
LISTEN_S = 0.9
_WRITE_TIMEOUT_S = 1.0
# The Toledo 8217 wants 0.2 s between two commands; others do not mind.
_BETWEEN_ASKS_S = 0.2
_CLEAN_LINE = b"\r\n"
_SURENESS: dict[Sure, int] = {"certain": 0, "likely": 1, "possible": 2}

PortState = Literal["found", "silent", "unread"]


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait: for whatever speaks unasked, and for an answer to begin."""

    listen_s: float = LISTEN_S
    answer_s: float = 0.35


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A wire that was recognised; several profiles when nothing tells them apart."""

    kind: Kind
    driver: str
    profiles: tuple[str, ...]
    sure: Sure
    why: str
    says: str = ""


class PortReport(msgspec.Struct, frozen=True, kw_only=True):
    """One port: the findings, best first; why it could not be opened; what else would stay as silent."""

    link: str
    node: str
    state: PortState
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    silent_alike: tuple[str, ...] = ()


class Prober:
    """Asks ports, as many at a time as there are; told how far it has come."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        open_link: Opener,
        patience: Patience = Patience(),  # noqa: B008 (frozen)
        told: Callable[[str, int, int], None] = lambda _link, _done, _whole: None,
    ) -> None:
        self._profiles = list(profiles)
        self._open_link = open_link
        self._patience = patience
        self._told = told

    async def probe(self, port: Port) -> PortReport:
        """What hangs on this port."""
        try:
            url = port.url({})
            plan = make_plan(self._profiles, url.scheme, url.port)
            findings = await self._ask_all(port, plan)
        except (LinkLost, LinkUrlError) as error:
            return PortReport(link=port.link, node=port.node, state="unread", reason=error.code)
        finally:
            self._told(port.link, 1, 1)
        alike = () if findings else tuple(name_of(profile) for profile in plan.mute)
        return PortReport(
            link=port.link,
            node=port.node,
            state="found" if findings else "silent",
            findings=tuple(findings),
            silent_alike=alike,
        )

    async def _ask_all(self, port: Port, plan: Plan) -> list[Finding]:
        hints: list[Finding] = []
        link: Link | None = None
        before: Round | None = None
        try:
            for done, one in enumerate(plan.rounds):
                self._told(port.link, done, len(plan.rounds))
                if link is None or before is None or one.line != before.line:
                    if link is not None:
                        link.close()
                    link, before = await self._open_link(port.url(dict(one.line))), None
                if one.is_text and not (before and before.is_text):
                    await self._ask(link, _CLEAN_LINE)  # ends whatever earlier questions left unfinished
                before = one
                answer_s = max(suspect.probe.answer_s for suspect in one.suspects)
                found = _judge(one, await self._ask_in_turn(link, one.asks, answer_s))
                if any(finding.sure != "possible" for finding in found):
                    return found
                hints += found
        finally:
            if link is not None:
                link.close()
        return hints

    async def _ask_in_turn(self, link: Link, asks: Answers, answer_s: float) -> Answers:
        answers: list[bytes] = []
        for ask in asks:
            if answers and not answers[-1]:
                break
            answers.append(await self._ask(link, ask, answer_s))
            if ask:
                await asyncio.sleep(_BETWEEN_ASKS_S if len(asks) > 1 else 0)
        return tuple(answers) + (b"",) * (len(asks) - len(answers))

    async def _ask(self, link: Link, ask: bytes, answer_s: float = 0) -> bytes:
        """The answer to one question, or all that comes while listening."""
        if ask:
            await link.write(ask, _WRITE_TIMEOUT_S)
        heard = b""
        end_s = time.monotonic() + (
            max(answer_s, self._patience.answer_s) if ask else self._patience.listen_s
        )
        while len(heard) < MAX_ANSWER_BYTES and (left_s := end_s - time.monotonic()) > 0:
            data = await link.read(left_s if not heard or not ask else min(left_s, _SILENCE_S))
            if heard and ask and not data:
                break
            if data and not heard:
                end_s = min(end_s, time.monotonic() + LISTEN_S)
            heard += data
        return heard


def _judge(one: Round, answers: Answers) -> list[Finding]:
    """What the suspects make of the answers, the surest alone, alike ones of a driver together."""
    judged = [(suspect, suspect.probe.judge(answers)) for suspect in one.suspects]
    verdicts = [(suspect, verdict) for suspect, verdict in judged if verdict is not None]
    best = min((_SURENESS[verdict.sure] for _, verdict in verdicts), default=0)
    found: dict[str, Finding] = {}
    for suspect, verdict in verdicts:
        if _SURENESS[verdict.sure] > best:
            continue
        driver = suspect.profile.driver
        known = found.get(driver)
        found[driver] = Finding(
            kind=suspect.profile.kind,
            driver=driver,
            profiles=(*(known.profiles if known else ()), suspect.name),
            sure=verdict.sure,
            why=verdict.why,
            says=verdict.says,
        )
    return list(found.values())
