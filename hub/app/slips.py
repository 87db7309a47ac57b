"""What every slip is made of: the shop's head, amounts, quantities, times, the names of tenders."""

from datetime import UTC, datetime

from hub.app.settings import Shop
from hub.devices.paper import AnyBlock, Cell, Columns, Text
from hub.kernel.clock import CHINA_TIME

TENDERS = {"cash": "现金", "card": "刷卡", "code": "扫码"}
SCHEMES = {"unionpay": "银联", "wechat": "微信", "alipay": "支付宝"}


def qty(qty_milli: int) -> str:
    whole, rest = divmod(qty_milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)


def amounts(label: str, amount: str, bold: bool = False) -> Columns:
    return Columns(cells=(Cell(text=label, width=5), Cell(text=amount, width=5, align="right")), bold=bold)


def when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")


def head_of(shop: Shop, is_copy: bool) -> tuple[AnyBlock, ...]:
    blocks: list[AnyBlock] = [Text(text=shop.name, align="center", bold=True, size=2)]
    blocks += [Text(text=line, align="center") for line in (shop.address, shop.phone) if line]
    if is_copy:
        blocks.append(Text(text="** 副本 / COPY **", align="center", bold=True))
    return tuple(blocks)
