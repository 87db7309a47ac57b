"""Bank card terminals on the shop's LAN or a serial line, driven by a cash register (ECR)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import Meta

from drivers.base import Answers, Driver, Heard, Probe
from drivers.base import Verdict as Found
from drivers.messages import Pay, PayAct
from drivers.payment_terminal import ecr_fields as field
from drivers.payment_terminal.contract import (
    MAX_SETTLED_FEN,
    PROBE_ANSWER_S,
    Said,
    TerminalOptions,
    Verdict,
    ask_for_nothing,
    judge,
    totals,
    unfit,
)
from drivers.payment_terminal.ecr_frame import Deframer, frame
from drivers.profile import Profile, read_options

QUIET_S = 0.5
_TYPES: dict[PayAct, str] = {
    "sale": "0200",
    "refund": "0200",
    "reversal": "0400",
    "settlement": "0500",
    "query": "0600",
}
_PROCESSES: dict[PayAct, str] = {"sale": "000000", "refund": "200000"}
_ACTS = {(f"{int(mti) + 10:04d}", _PROCESSES.get(act, "")): act for act, mti in _TYPES.items()}
_SCHEMES = {"CUP": "unionpay", "VIS": "visa", "MCC": "mastercard", "AMX": "amex", "JCB": "jcb"}
_VERDICTS: dict[str, tuple[Verdict, str]] = {
    "00": ("approved", ""),
    "09": ("pending", ""),
    "17": ("refused", "terminal.cancelled"),
    "21": ("reversed", ""),
    "25": ("absent", ""),
    "68": ("in_doubt", "terminal.acquirer_silent"),
    "98": ("in_doubt", "terminal.acquirer_silent"),
}
# Approvals with a proviso (identification, in part, VIP): what exactly was approved, a person must see.
_PROVISOS = frozenset({"08", "10", "11", "16"})
_AMOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_NET = re.compile(r"[CD][0-9]{16}", re.ASCII)
_SUM = re.compile(r"[0-9]{16}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,10}", re.ASCII)


class EcrOptions(TerminalOptions, frozen=True, kw_only=True):
    """A card terminal's facts; ecr_id is the number by which the terminal knows this register."""

    ecr_id: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,8}$")] = "00000001"
    currency: Annotated[str, Meta(pattern=r"^[0-9]{3}$")] = "156"
    currency_digits: Annotated[int, Meta(ge=0, le=3)] = 2
    encoding: Literal["gbk", "utf-8"] = "gbk"
    refunds: bool = True


class EcrCard:
    """One request at a time; a bare ACK or NAK is not believed, for nothing guards it."""

    quiet_s: float | None = QUIET_S
    poll_s: float | None = None

    def __init__(self, options: EcrOptions) -> None:
        self.write_timeout_s = options.write_timeout_s
        self._options = options
        self._deframer = Deframer()
        self._request: Pay | None = None
        self._strays = False

    def cannot(self, request: Pay) -> str:
        if request.act == "refund" and not self._options.refunds:
            return "terminal.not_supported"
        if self._written(request.amount_fen) is None:
            return "terminal.amount_invalid"
        return unfit(request)

    def begin(self, request: Pay) -> bytes:
        self._request, self._strays = request, False
        fields = {
            field.PROCESS: _PROCESSES.get(request.act, ""),
            field.AMOUNT: (self._written(request.amount_fen) or "") if request.amount_fen else "",
            field.REFERENCE: request.original_reference,
            field.ECR_ID: self._options.ecr_id,
            field.CURRENCY: self._options.currency,
            field.CUSTOMER_S: f"{max(1, int(request.timeout_s) - self._options.grace_s):03d}",
            field.ORIGINAL_ID: request.original_id or "",
            field.REQUEST_ID: request.request_id,
        }
        return frame(field.write(field.Message(_TYPES[request.act], fields), self._options.encoding))

    def done(self) -> None:
        self._request = None

    def silence(self) -> str:
        return "terminal.answer_differs" if self._strays else "terminal.no_answer"

    def receive(self, data: bytes) -> list[Heard]:
        return self._hear(self._deframer.receive(data))

    def poll(self) -> bytes:
        return b""

    def quiet(self) -> list[Heard]:
        return self._hear(self._deframer.give_up())

    def reset(self) -> None:
        self._deframer.reset()
        self._request = None

    def _hear(self, bodies: list[bytes]) -> list[Heard]:
        heard: list[Heard] = []
        for body in bodies:
            if self._request is None:
                continue
            said = self._read(body)
            answer = judge(self._request, said) if said else None
            if answer is None:
                self._strays = True
                continue
            heard.append(answer)
            if answer.state != "pending":
                self.done()
        return heard

    def _read(self, body: bytes) -> Said | None:
        message = field.read(body, self._options.encoding)
        if message is None or message.get(field.ECR_ID) != self._options.ecr_id:
            return None
        act = _ACTS.get((message.mti, message.get(field.PROCESS)))
        if act is None:
            return None
        verdict, reason = _verdict(message.get(field.RESULT))
        if verdict == "approved" and message.get(field.CURRENCY) != self._options.currency:
            verdict, reason = "in_doubt", "terminal.currency_differs"
        scheme = message.get(field.SCHEME)
        return Said(
            request_id=message.get(field.REQUEST_ID),
            act=act,
            original_id=message.get(field.ORIGINAL_ID),
            verdict=verdict,
            reason=reason,
            text=message.get(field.TEXT),
            amount_fen=self._amount(message.get(field.AMOUNT)),
            reference=message.get(field.REFERENCE),
            scheme=_SCHEMES.get(scheme, scheme.lower()),
            account=message.get(field.PAN),
            settled_count=_count(message.get(field.COUNT)),
            settled_fen=self._net(message.get(field.NET)),
            settled_totals=totals(
                [_count(message.get(number)) for number in field.COUNTS],
                [self._sum(message.get(number)) for number in field.SUMS],
            ),
        )

    def _written(self, amount_fen: int) -> str | None:
        """Twelve digits of the terminal's smallest unit; None if the amount cannot be said in it."""
        units, rest = divmod(amount_fen * 10**self._options.currency_digits, 100)
        return f"{units:012d}" if rest == 0 and units < 10**12 else None

    def _amount(self, text: str) -> int | None:
        return self._fen(int(text)) if _AMOUNT.fullmatch(text) else None

    def _net(self, text: str) -> int | None:
        """The terminal's net: C is in our favour, D against us."""
        fen = self._fen(int(text[1:])) if _NET.fullmatch(text) else None
        if fen is None or fen > MAX_SETTLED_FEN:
            return None
        return fen if text[0] == "C" else -fen

    def _sum(self, text: str) -> int | None:
        return self._fen(int(text)) if _SUM.fullmatch(text) else None

    def _fen(self, units: int) -> int | None:
        fen, rest = divmod(units * 100, 10**self._options.currency_digits)
        return fen if rest == 0 else None


def _count(text: str) -> int | None:
    return int(text) if _COUNT.fullmatch(text) else None


def _verdict(result: str) -> tuple[Verdict, str]:
    """What field 39 means; outside the two digits of ISO 8583 lie approvals with defects (A2, A4 to A6)."""
    if result in _VERDICTS:
        return _VERDICTS[result]
    if result in _PROVISOS or not re.fullmatch(r"[0-9]{2}", result, re.ASCII):
        return "in_doubt", "terminal.result_unknown"
    return "refused", "terminal.declined"


def probe(profile: Profile) -> Probe:
    """A query for a payment that never was; any whole frame in answer is a terminal's."""
    options = read_options(profile, EcrOptions, {})

    def recognise(answers: Answers) -> Found | None:
        bodies = Deframer().receive(answers[0])
        is_message = any(field.read(body, options.encoding) is not None for body in bodies)
        return Found(sure="certain", why="probe.checksum") if is_message else None

    asks = (EcrCard(options).begin(ask_for_nothing()),)
    return Probe(asks=asks, judge=recognise, answer_s=PROBE_ANSWER_S)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A card terminal as its profile describes it."""
    return EcrCard(read_options(profile, EcrOptions, overrides))
