"""What a printer makes of barcode data: the text, and the bars as widths in modules."""

import io
from typing import NamedTuple

import segno

# ISO/IEC 15417, values 0 to 105, six digits each: bar, space, bar, space, bar, space in modules.
CODE128_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
CODE128 = (*(CODE128_WIDTHS[i : i + 6] for i in range(0, len(CODE128_WIDTHS), 6)), "2331112")
START = {ord("A"): 103, ord("B"): 104, ord("C"): 105}
SWITCH = {ord("A"): 101, ord("B"): 100, ord("C"): 99}
FNC1, STOP = 102, 106

# ISO/IEC 15420: widths of the odd-parity digits; even parity is the mirror image.
EAN_DIGITS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
EAN_PARITY = (
    "LLLLLL",
    "LLGLGG",
    "LLGGLG",
    "LLGGGL",
    "LGLLGG",
    "LGGLLG",
    "LGGGLL",
    "LGLGLG",
    "LGLGGL",
    "LGGLGL",
)
GUARD, MIDDLE = "111", "11111"


class Bars(NamedTuple):
    """`widths` is empty where the printer can print the symbology and we do not draw it."""

    text: str
    widths: str

    @property
    def modules(self) -> int:
        return sum(map(int, self.widths))


def code128(raw: bytes) -> Bars | None:
    """ESC/POS CODE128 data: `{A`, `{B` or `{C` first; a byte of set C is two digits. None if malformed."""
    if len(raw) < 3 or raw[0] != ord("{") or raw[1] not in START:
        return None
    current, values, text, at = raw[1], [START[raw[1]]], "", 2
    while at < len(raw):
        byte = raw[at]
        if byte == ord("{") and at + 1 < len(raw) and raw[at + 1] != ord("{"):
            control = raw[at + 1]
            if control in SWITCH:
                current = control
                values.append(SWITCH[control])
            elif control == ord("1"):
                values.append(FNC1)
                text += "\x1d"
            else:
                return None
            at += 2
            continue
        value = code128_value(byte, current)
        if value is None:
            return None
        values.append(value)
        text += f"{byte:02d}" if current == ord("C") else chr(byte)
        at += 2 if byte == ord("{") else 1
    check = (values[0] + sum(i * value for i, value in enumerate(values))) % 103
    return Bars(text, "".join(CODE128[value] for value in (*values, check, STOP)))


def code128_value(byte: int, code_set: int) -> int | None:
    if code_set == ord("C"):
        return byte if byte < 100 else None
    if code_set == ord("A") and byte < 32:
        return byte + 64
    return byte - 32 if 32 <= byte < (96 if code_set == ord("A") else 128) else None


def ean(raw: bytes, length: int) -> Bars | None:
    """EAN-13 or EAN-8 from its digits, with or without the check digit (a wrong one is printed as sent)."""
    digits = raw.decode("ascii", "replace")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (length - 1, length):
        return None
    if len(digits) == length - 1:
        digits += str(ean_check(digits))
    if length == 8:
        left, right, parity = digits[:4], digits[4:], "LLLL"
    else:
        left, right, parity = digits[1:7], digits[7:], EAN_PARITY[int(digits[0])]
    drawn = [EAN_DIGITS[int(d)][:: 1 if p == "L" else -1] for d, p in zip(left, parity, strict=True)]
    drawn_right = [EAN_DIGITS[int(d)] for d in right]
    return Bars(digits, GUARD + "".join(drawn) + MIDDLE + "".join(drawn_right) + GUARD)


def ean_check(digits: str) -> int:
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return -total % 10


def plain(raw: bytes) -> Bars | None:
    """A symbology that is printed and not drawn."""
    text = raw.decode("latin-1")
    return Bars(text, "") if raw and text.isprintable() else None


def barcode(kind: int, raw: bytes) -> tuple[str, Bars] | None:
    """GS k's symbology number and data; None when a printer would not print it."""
    number = kind + 65 if kind <= 6 else kind
    if number == 73:
        symbology, bars = "code128", code128(raw)
    elif number in (67, 68):
        symbology, bars = ("ean13", ean(raw, 13)) if number == 67 else ("ean8", ean(raw, 8))
    else:
        names = {65: "upc_a", 66: "upc_e", 69: "code39", 70: "itf", 71: "codabar", 72: "code93"}
        symbology, bars = names.get(number, ""), plain(raw)
    return (symbology, bars) if symbology and bars else None


def qr_matrix(data: bytes, error: str) -> tuple[str, ...]:
    """The symbol's modules without quiet zone, one string of 0 and 1 a row."""
    out = io.StringIO()
    segno.make(data, error=error, micro=False, boost_error=False).save(out, kind="txt", border=0)
    return tuple(out.getvalue().split())
