"""Which catalogue the store sells from; the items themselves are in the artifact the hash names."""

from typing import ClassVar

from hub.kernel.messages import Event


class VersionActivated(Event, frozen=True, kw_only=True, tag="catalogue.version_activated.v1"):
    """From this record on the store sells from `version`, the artifact named by `sha256`."""

    subject_field: ClassVar[str] = "sha256"
    version: int
    sha256: str
    item_count: int
