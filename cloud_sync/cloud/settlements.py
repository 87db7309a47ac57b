"""What the console reads of payment terminals' settlements."""

from sqlalchemy import bindparam, select

from cloud_sync.cloud.messages import TerminalSettlement
from hub.kernel.sql import Query, Reader
from hub.modules.payments.tables import settlements

SHOWN = 50

_of_store = Query(
    select(*(settlements.c[name] for name in TerminalSettlement.__struct_fields__))
    .where(settlements.c.store_id == bindparam("store_id"))
    .order_by(settlements.c.asked_ms.desc(), settlements.c.settlement_id)
    .limit(SHOWN),
    TerminalSettlement,
)


def read_settlements(read: Reader, store_id: str) -> list[TerminalSettlement]:
    """A store's last settlements, the newest first."""
    return read.all(_of_store, store_id=store_id)
