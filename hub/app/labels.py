"""What comes out of the label printer: a shelf's price, or what a bag weighs and costs."""

from hub.app.settings import LabelRoll
from hub.devices.messages import LabelView, PrintJobView
from hub.devices.paper import Document, Label, LabelBarcode, LabelPrice, LabelText
from hub.kernel.money import yuan
from hub.modules.catalogue.model import is_ean13

DEFAULT_ROLL = LabelRoll()
_TRIAL_CODE_CHARS = 16
_MARGIN_MM = 2
_NAME_MM, _SMALL_MM, _PRICE_MM, _BARCODE_MM = 4, 3, 6, 7


def label_paper(label: LabelView, roll: LabelRoll) -> Document:
    """The label's name and price over its code; a scale label also says weight and price per unit."""
    price_y = _MARGIN_MM + _NAME_MM + 1
    small_y = price_y + _PRICE_MM + 1
    fields = (
        LabelText(text=label.name, x_mm=_MARGIN_MM, y_mm=_MARGIN_MM, height_mm=_NAME_MM),
        LabelPrice(
            amount_fen=label.price_fen if label.amount_fen is None else label.amount_fen,
            x_mm=_MARGIN_MM,
            y_mm=price_y,
            height_mm=_PRICE_MM,
        ),
        LabelText(text=_small_print(label), x_mm=_MARGIN_MM, y_mm=small_y, height_mm=_SMALL_MM),
        LabelBarcode(
            data=label.code,
            symbology="ean13" if is_ean13(label.code) else "code128",
            x_mm=_MARGIN_MM,
            y_mm=small_y + _SMALL_MM + 1,
            height_mm=_BARCODE_MM,
        ),
    )
    return (Label(width_mm=roll.width_mm, height_mm=roll.height_mm, fields=fields, copies=label.copies),)


def trial_label(job: PrintJobView, roll: LabelRoll) -> Document:
    """A label that shows whether Chinese, the price and the bars come out right, and where its edges are."""
    sample = LabelView(
        label_id=job.job_id,
        kind="shelf",
        item_id="",
        name="测试标签 TEST",
        unit="kg",
        price_fen=123456,
        code=job.order_id[:_TRIAL_CODE_CHARS],
        copies=1,
        weight_g=None,
        amount_fen=None,
    )
    return label_paper(sample, roll)


def _small_print(label: LabelView) -> str:
    unit_price = f"{yuan(label.price_fen)}元/{label.unit}"
    if label.weight_g is None:
        return unit_price
    return f"{label.weight_g // 1000}.{label.weight_g % 1000:03d}kg {unit_price}"
