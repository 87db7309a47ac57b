"""Goods on the bench's shelf whose codes say more than the item: batches, dates, scale labels, a wallet."""

from datetime import date, timedelta

from hub.app.demo.seed import RECALLED_BATCH, Good, recalled_item
from hub.kernel.money import line_amount_fen
from hub.modules.catalogue import demo as shelf
from hub.modules.catalogue.codes import GS
from hub.modules.catalogue.messages import Item
from hub.modules.catalogue.model import check_digit

SHELF = "codes"
_LABEL_G = 1250


def coded_goods(today: date) -> list[Good]:
    """One of each kind, dated from today on."""
    fresh, linked = [item for item in shelf.items() if item.barcodes][:2]
    weighed = next(item for item in shelf.items() if item.sold_by == "weight")
    amount_fen = line_amount_fen(weighed.price_fen, _LABEL_G)
    recalled = recalled_item()
    recalled_code = _dated(recalled, today + timedelta(days=30), RECALLED_BATCH)
    return [
        _good(fresh, "有批号和日期", "batch and date", _dated(fresh, today + timedelta(days=3), "B2")),
        _good(fresh, "另一批号", "another batch", _dated(fresh, today + timedelta(days=5), "B3")),
        _good(fresh, "已过期", "expired", _dated(fresh, today - timedelta(days=2), "B1")),
        _good(recalled, "被召回的批号", "recalled batch", recalled_code),
        _good(linked, "二维码网址", "Digital Link", _link(linked, today + timedelta(days=9))),
        Good(
            f"{weighed.name}（秤标签 1.25 kg）",
            f"{weighed.name_en} (scale label, 1.25 kg)",
            _label(weighed, amount_fen),
            SHELF,
            amount_fen,
        ),
        Good("顾客的微信付款码", "A customer's WeChat payment code", "134567890123456789", SHELF, 0),
    ]


def _good(item: Item, what: str, what_en: str, code: str) -> Good:
    return Good(f"{item.name}（{what}）", f"{item.name_en} ({what_en})", code, SHELF, item.price_fen)


def _dated(item: Item, last_day: date, batch: str) -> str:
    return f"010{item.barcodes[0]}10{batch}{GS}17{last_day:%y%m%d}"


def _link(item: Item, last_day: date) -> str:
    return f"https://id.example.com/01/0{item.barcodes[0]}/10/C1?17={last_day:%y%m%d}"


def _label(item: Item, amount_fen: int) -> str:
    digits = f"26{item.sku}{amount_fen:05d}{_LABEL_G:05d}"
    return digits + check_digit(digits)
