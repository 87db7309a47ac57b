"""Which catalogue the store sells from, and what of it must not be sold; the artifact holds the items."""

from typing import ClassVar

from hub.kernel.messages import Event


class VersionActivated(Event, frozen=True, kw_only=True, tag="catalogue.version_activated.v1"):
    """From this record on the store sells from `version`, the artifact named by `sha256`."""

    subject_field: ClassVar[str] = "sha256"
    version: int
    sha256: str
    item_count: int


class GoodsRecalled(Event, frozen=True, kw_only=True, tag="catalogue.goods_recalled.v1"):
    """From this record on a batch of an item must not be sold; an empty `batch` means every batch."""

    subject_field: ClassVar[str] = "item_id"
    item_id: str
    batch: str
    reason: str


class RecallLifted(Event, frozen=True, kw_only=True, tag="catalogue.recall_lifted.v1"):
    """A recalled batch may be sold again."""

    subject_field: ClassVar[str] = "item_id"
    item_id: str
    batch: str
    reason: str
