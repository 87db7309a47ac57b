"""What payment terminals say on their wires: a bank's frames to a register, an acquirer's signed lines."""

import hashlib
import hmac
import json
from typing import ClassVar, Literal, Protocol

import msgspec

from hardware_sim.devices.pay_ledger import Batch

Act = Literal["sale", "refund", "reversal", "query", "settlement", "progress"]
Result = Literal["approved", "pending", "declined", "cancelled", "not_found", "reversed", "in_doubt"]
LONGEST_REQUEST = 8192


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request as its wire put it; `echo` is what the answer must carry back."""

    act: Act
    request_id: str
    amount_fen: int = 0
    original_id: str = ""
    code: str = ""
    customer_s: int = 60
    echo: dict[str, str]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the terminal has to say to a request."""

    asked: Asked
    result: Result
    amount_fen: int | None = None
    number: str = ""
    scheme: str = ""
    account: str = ""
    text: str = ""
    batch: Batch | None = None


class TerminalWire(Protocol):
    """`hear` gives whole requests, and bytes to send back at once; noise ends with `after_noise`."""

    noise: bytes
    after_noise: bytes

    def hear(self, data: bytes) -> list[Asked | bytes]: ...
    def say(self, reply: Reply) -> bytes: ...
    def forget(self) -> None: ...


class EcrWire:
    """STX, length in two BCD bytes, message type and fields between FS, ETX, LRC; ACK and NAK."""

    noise = bytes(range(0x80, 0x100)) + b"\x00\x03\x06\x15\x1c09="
    after_noise = b""
    ACTS: ClassVar[dict[str, Act]] = {
        "0200/000000": "sale",
        "0200/200000": "refund",
        "0400/": "reversal",
        "0500/": "settlement",
        "0600/": "query",
    }
    RESULTS: ClassVar[dict[Result, str]] = {
        "approved": "00",
        "pending": "09",
        "declined": "51",
        "cancelled": "17",
        "not_found": "25",
        "reversed": "21",
        "in_doubt": "68",
    }
    SCHEMES: ClassVar[dict[str, str]] = {"unionpay": "CUP", "visa": "VIS"}

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._waiting = b""

    def hear(self, data: bytes) -> list[Asked | bytes]:
        self._waiting = (self._waiting + data)[-LONGEST_REQUEST:]
        heard: list[Asked | bytes] = []
        while b"\x02" in self._waiting:
            self._waiting = self._waiting[self._waiting.index(b"\x02") :]
            if len(self._waiting) < 3:
                break
            digits = self._waiting[1:3].hex()
            end = int(digits) + 5 if digits.isdigit() else 0
            if len(self._waiting) < end:
                break
            frame, self._waiting = self._waiting[: max(end, 1)], self._waiting[max(end, 1) :]
            asked = self._read(frame) if end else None
            heard += [b"\x06", asked] if asked else [b"\x15"]
        return heard

    def say(self, reply: Reply) -> bytes:
        asked = reply.asked
        fields = {
            2: reply.account,
            3: asked.echo["3"],
            4: "" if reply.amount_fen is None else f"{reply.amount_fen:012d}",
            37: reply.number,
            39: self.RESULTS[reply.result],
            41: asked.echo["41"],
            44: self.SCHEMES.get(reply.scheme, ""),
            49: asked.echo["49"],
            61: asked.original_id,
            62: asked.request_id,
            63: reply.text,
            **_settled(reply.batch),
        }
        words = [asked.echo["answer"], *(f"{number}={value}" for number, value in fields.items() if value)]
        body = "\x1c".join(words).encode(self._encoding)
        guarded = bytes.fromhex(f"{len(body):04d}") + body + b"\x03"
        return b"\x02" + guarded + bytes([lrc(guarded)])

    def forget(self) -> None:
        self._waiting = b""

    def _read(self, frame: bytes) -> Asked | None:
        if frame[-2:-1] != b"\x03" or lrc(frame[1:-1]) != frame[-1]:
            return None
        kind, *words = frame[3:-2].decode(self._encoding, "replace").split("\x1c")
        fields = dict(word.partition("=")[::2] for word in words)
        act = self.ACTS.get(f"{kind}/{fields.get('3', '')}")
        if act is None:
            return None
        echo = {number: fields.get(number, "") for number in ("3", "41", "49")}
        return Asked(
            act=act,
            request_id=fields.get("62", ""),
            amount_fen=int(fields.get("4", "0")),
            original_id=fields.get("61", ""),
            customer_s=int(fields.get("57", "60")),
            echo=echo | {"answer": f"{kind[:2]}1{kind[3:]}"},
        )


class CodeWire:
    """One JSON object a line, signed over its fields in order of name."""

    noise = bytes(range(0x80, 0x100)) + b'\x00{}[]":,0129'
    after_noise = b"\n"
    ACTS: ClassVar[dict[str, Act]] = {
        "pay": "sale",
        "refund": "refund",
        "reverse": "reversal",
        "query": "query",
        "settle": "settlement",
        "progress": "progress",
    }
    RESULTS: ClassVar[dict[Result, str]] = {
        "approved": "SUCCESS",
        "pending": "USERPAYING",
        "declined": "FAIL",
        "cancelled": "FAIL",
        "not_found": "NOTEXIST",
        "reversed": "REVERSED",
        "in_doubt": "UNKNOWN",
    }
    ERRORS: ClassVar[dict[Result, str]] = {"declined": "NOTENOUGH", "cancelled": "USER_CANCELLED"}

    def __init__(self, merchant_key: str, in_yuan: bool) -> None:
        self._key = merchant_key.encode()
        self._in_yuan = in_yuan
        self._waiting = b""

    def hear(self, data: bytes) -> list[Asked | bytes]:
        *lines, rest = (self._waiting + data).split(b"\n")
        self._waiting = rest[-LONGEST_REQUEST:]
        return [asked for line in lines if (asked := self._read(line))]

    def say(self, reply: Reply) -> bytes:
        fields: dict[str, str | int] = {
            "op": reply.asked.echo["op"],
            "request_id": reply.asked.request_id,
            "original_id": reply.asked.original_id,
            "merchant": reply.asked.echo["merchant"],
            "terminal": reply.asked.echo["terminal"],
            "result": self.RESULTS[reply.result],
            "error": self.ERRORS.get(reply.result, ""),
            "message": reply.text,
            "trade_no": reply.number,
            "channel": reply.scheme,
            "payer": reply.account,
        }
        if reply.amount_fen is not None:
            fields["amount"] = self._money(reply.amount_fen)
        if (batch := reply.batch) is not None:
            fields |= {"count": batch.count, "net": self._money(batch.net_fen)}
            for kind, count, sum_fen in zip(
                ("sale", "refund", "reversal"), batch.counts, batch.sums_fen, strict=True
            ):
                fields |= {f"{kind}_count": count, f"{kind}_amount": self._money(sum_fen)}
        fields = {name: value for name, value in fields.items() if value != ""}
        fields["sign"] = self._sign(fields)
        return json.dumps(fields, ensure_ascii=False).encode() + b"\n"

    def forget(self) -> None:
        self._waiting = b""

    def _read(self, line: bytes) -> Asked | None:
        try:
            fields = json.loads(line)
            if fields.pop("sign", None) != self._sign(fields):
                return None
            return self._asked(fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _asked(self, fields: dict[str, str | int]) -> Asked:
        amount = fields.get("amount", 0)
        return Asked(
            act=self.ACTS[str(fields["op"])],
            request_id=str(fields["request_id"]),
            amount_fen=round(float(amount) * 100) if self._in_yuan else int(amount),
            original_id=str(fields.get("original_id", "")),
            code=str(fields.get("code", "")),
            customer_s=int(fields.get("customer_s", 60)),
            echo={name: str(fields[name]) for name in ("op", "merchant", "terminal")},
        )

    def _money(self, fen: int) -> str | int:
        if not self._in_yuan:
            return fen
        return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

    def _sign(self, fields: dict[str, str | int]) -> str:
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _settled(batch: Batch | None) -> dict[int, str]:
    """Counts and sums of sales, refunds and reversals; how many in all, and the net, for or against us."""
    if batch is None:
        return {}
    counts = {number: str(count) for number, count in zip((76, 75, 77), batch.counts, strict=True)}
    sums = {number: f"{fen:016d}" for number, fen in zip((88, 86, 89), batch.sums_fen, strict=True)}
    net = f"{'D' if batch.net_fen < 0 else 'C'}{abs(batch.net_fen):016d}"
    return {74: str(batch.count), **counts, **sums, 97: net}


def lrc(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check
