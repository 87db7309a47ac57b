"""What the print desk needs of any receipt printer, whatever its wire."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from drivers.base import Driver
from drivers.document import AnyBlock
from drivers.messages import PrinterStatus

Confirm = Literal["process_id", "drained", "none"]


class PrinterOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a printer model is dealt with, whatever its wire.

    confirm says when a receipt counts as printed: process_id = the printer confirmed it is on paper;
    drained = it answered a paper query queued behind the receipt, with paper; none = it cannot say.
    """

    confirm: Confirm = "none"
    confirm_s: Annotated[float, Meta(gt=0, le=300)] = 20
    write_timeout_s: Annotated[float, Meta(gt=0, le=300)] = 10
    drawer_kick: Literal["realtime", "queued"] = "queued"


class ReceiptPrinter(Driver, Protocol):
    """A driver that also turns documents into bytes and tells when they are on paper."""

    @property
    def options(self) -> PrinterOptions:
        """The model's facts."""

    @property
    def pin_within_s(self) -> float | None:
        """Within this a new level of the drawer's pin is told; None: this printer does not tell it now."""

    def render(self, document: tuple[AnyBlock, ...]) -> bytes:
        """The whole receipt as bytes, without its confirmation request."""

    def confirm_request(self, job_id: str) -> tuple[bytes, bytes]:
        """What to send behind the receipt, and the mark its PrintConfirmed will carry."""

    def ask_queue(self) -> bytes:
        """A query that is answered when the data before it has been worked off."""

    def forget_queries(self) -> None:
        """Stop waiting for answers to earlier queries."""

    def blocked(self) -> str:
        """Why printing cannot begin now, by the printer's own word; "" if nothing is known against it."""


def why_blocked(status: PrinterStatus) -> str:
    """Why a printer that says this of itself cannot begin to print; "" if nothing is known against it."""
    if status.cover_open:
        return "printer.cover_open"
    if status.paper == "out":
        return "printer.paper_out"
    if status.cutter_error:
        return "printer.cutter_error"
    if status.fatal_error:
        return "printer.error"
    return "printer.offline" if status.online is False else ""
