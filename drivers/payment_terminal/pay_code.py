"""Acquirers of WeChat, Alipay and UnionPay codes (聚合支付): one signed JSON object a line."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from drivers.base import Answers, Driver, Heard, Probe
from drivers.base import Verdict as Found
from drivers.messages import Pay, PayAct
from drivers.payment_terminal.contract import (
    MAX_FEN,
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
from drivers.profile import Profile, read_options

MAX_LINE_BYTES = 4096
Scheme = Literal["wechat", "alipay", "unionpay"]
_CODES: dict[Scheme, re.Pattern[str]] = {
    "wechat": re.compile(r"1[0-5][0-9]{16}", re.ASCII),
    "alipay": re.compile(r"(2[5-9]|30)[0-9]{14,22}", re.ASCII),
    "unionpay": re.compile(r"62[0-9]{17}", re.ASCII),
}
_OPS: dict[PayAct, str] = {
    "sale": "pay",
    "refund": "refund",
    "reversal": "reverse",
    "query": "query",
    "settlement": "settle",
}
_ACTS = {op: act for act, op in _OPS.items()}
_VERDICTS: dict[str, Verdict] = {
    "SUCCESS": "approved",
    "FAIL": "refused",
    "USERPAYING": "pending",
    "NOTEXIST": "absent",
    "REVERSED": "reversed",
    "UNKNOWN": "in_doubt",
}
_REASONS = {
    "USER_CANCELLED": "terminal.cancelled",
    "CODE_EXPIRED": "terminal.code_invalid",
    "CODE_INVALID": "terminal.code_invalid",
    "SIGN_ERROR": "terminal.not_authorised",
}
_YUAN = re.compile(r"(-?)([0-9]{1,13})\.([0-9]{2})", re.ASCII)

Word = Annotated[str, Meta(max_length=200)]


class CodeOptions(TerminalOptions, frozen=True, kw_only=True):
    """An acquirer's facts; merchant_key signs and is each shop's own, in its settings file.

    ask_s: how often to ask while the customer confirms; 0 = the acquirer tells by itself.
    """

    merchant: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}$")] = "000000000000000"
    terminal: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,16}$")] = "00000001"
    merchant_key: Annotated[str, Meta(max_length=128)] = ""
    amount_as: Literal["fen", "yuan"] = "fen"
    schemes: tuple[Scheme, ...] = ("wechat", "alipay", "unionpay")
    ask_s: Annotated[int, Meta(ge=0, le=30)] = 0


class _Line(msgspec.Struct, kw_only=True):
    """An answer as it must look; what is not in here is signed all the same."""

    op: str
    request_id: Word
    merchant: Word
    terminal: Word
    result: str
    original_id: Word = ""
    error: Word = ""
    message: Word = ""
    amount: int | Word | None = None
    trade_no: Word = ""
    channel: Word = ""
    payer: Word = ""
    count: int | None = None
    net: int | Word | None = None
    sale_count: int | None = None
    refund_count: int | None = None
    reversal_count: int | None = None
    sale_amount: int | Word | None = None
    refund_amount: int | Word | None = None
    reversal_amount: int | Word | None = None


class PayCode:
    """One request at a time; a line with a wrong signature, or about another request, is not believed."""

    quiet_s: float | None = None

    def __init__(self, options: CodeOptions) -> None:
        self.poll_s: float | None = options.ask_s or None
        self.write_timeout_s = options.write_timeout_s
        self._options = options
        self._line = bytearray()
        self._too_long = False
        self._request: Pay | None = None
        self._paying = False
        self._strays = False

    def cannot(self, request: Pay) -> str:
        known = (_CODES[scheme].fullmatch(request.code) for scheme in self._options.schemes)
        if request.act == "sale" and not any(known):
            return "terminal.code_invalid"
        return unfit(request)

    def begin(self, request: Pay) -> bytes:
        self._request, self._paying, self._strays = request, False, False
        amount = self._written(request.amount_fen) if request.amount_fen else None
        return self._signed(
            op=_OPS[request.act],
            request_id=request.request_id,
            original_id=request.original_id or "",
            original_no=request.original_reference,
            amount=amount,
            currency="CNY" if amount is not None else "",
            code=request.code if request.act == "sale" else "",
            customer_s=max(1, int(request.timeout_s) - self._options.grace_s),
        )

    def done(self) -> None:
        self._request, self._paying = None, False

    def silence(self) -> str:
        return "terminal.answer_differs" if self._strays else "terminal.no_answer"

    def receive(self, data: bytes) -> list[Heard]:
        heard: list[Heard] = []
        *ends, rest = data.split(b"\n")
        for end in ends:
            self._grow(end)
            if not self._too_long:
                heard += self._hear(bytes(self._line))
            self._line.clear()
            self._too_long = False
        self._grow(rest)
        return heard

    def poll(self) -> bytes:
        if self._request is None or not self._paying:
            return b""
        return self._signed(op="progress", request_id=self._request.request_id)

    def quiet(self) -> list[Heard]:
        return []

    def reset(self) -> None:
        self.done()
        self._line.clear()
        self._too_long = False

    def _grow(self, part: bytes) -> None:
        self._too_long = self._too_long or len(self._line) + len(part) > MAX_LINE_BYTES
        if not self._too_long:
            self._line += part

    def _hear(self, line: bytes) -> list[Heard]:
        if self._request is None:
            return []
        said = self._read(line)
        answer = judge(self._request, said) if said else None
        if answer is None:
            self._strays = True
            return []
        self._paying = answer.state == "pending"
        if not self._paying:
            self.done()
        return [answer]

    def _read(self, text: bytes) -> Said | None:
        if not self._is_signed(text):
            return None
        try:
            line = msgspec.json.decode(text, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        us = (self._options.merchant, self._options.terminal)
        if (line.merchant, line.terminal) != us or line.op not in _ACTS:
            return None
        return Said(
            request_id=line.request_id,
            act=_ACTS[line.op],
            original_id=line.original_id,
            verdict=_VERDICTS.get(line.result, "in_doubt"),
            reason=_REASONS.get(line.error, ""),
            text=line.message,
            amount_fen=self._fen(line.amount),
            reference=line.trade_no,
            scheme=line.channel,
            account=line.payer,
            settled_count=line.count if line.count is not None and 0 <= line.count < MAX_FEN else None,
            settled_fen=self._fen(line.net),
            settled_totals=totals(
                [line.sale_count, line.refund_count, line.reversal_count],
                [self._fen(sum_) for sum_ in (line.sale_amount, line.refund_amount, line.reversal_amount)],
            ),
        )

    def _written(self, fen: int) -> int | str:
        return fen if self._options.amount_as == "fen" else f"{fen // 100}.{fen % 100:02d}"

    def _fen(self, amount: int | str | None) -> int | None:
        """The amount in fen; None if it is not written as this acquirer writes it."""
        if self._options.amount_as == "fen":
            fen = amount if isinstance(amount, int) else None
        else:
            found = _YUAN.fullmatch(amount) if isinstance(amount, str) else None
            fen = int(found[1] + found[2] + found[3]) if found else None
        return fen if fen is not None and abs(fen) <= MAX_SETTLED_FEN else None

    def _signed(self, **fields: str | int | None) -> bytes:
        told: dict[str, str | int | None] = {k: v for k, v in fields.items() if v not in ("", None)}
        told |= {"merchant": self._options.merchant, "terminal": self._options.terminal}
        told["sign"] = self._signature(told)
        return json.dumps(told, separators=(",", ":")).encode() + b"\n"

    def _is_signed(self, text: bytes) -> bool:
        try:
            fields = msgspec.json.decode(text, type=dict[str, str | int | None])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        sign = fields.pop("sign", None)
        return isinstance(sign, str) and hmac.compare_digest(sign.encode(), self._signature(fields).encode())

    def _signature(self, fields: dict[str, str | int | None]) -> str:
        """HMAC-SHA256 over name=value of all that is not empty, in order of name, joined by &."""
        said = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] not in ("", None))
        return hmac.new(self._options.merchant_key.encode(), said.encode(), hashlib.sha256).hexdigest()


def probe(profile: Profile) -> Probe:
    """A query for a payment that never was, with nobody's key: an acquirer says what it is, if only by no."""

    def recognise(answers: Answers) -> Found | None:
        line = answers[0].partition(b"\n")[0]
        try:
            msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return Found(sure="likely", why="probe.framed")

    line = PayCode(read_options(profile, CodeOptions, {})).begin(ask_for_nothing())
    return Probe(asks=(line.rstrip() + b"\r\n",), judge=recognise, answer_s=PROBE_ANSWER_S)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An acquirer as its profile describes it."""
    return PayCode(read_options(profile, CodeOptions, overrides))
