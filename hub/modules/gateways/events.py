"""Who was offered a place as a gateway, who took it, and whose is taken away."""

from typing import ClassVar

from hub.kernel.messages import Event


class PairingOpened(Event, frozen=True, kw_only=True, tag="gateways.pairing_opened.v1"):
    """Somebody was given a code by which a gateway may be paired."""

    subject_field: ClassVar[str] = "gateway_id"
    gateway_id: str
    staff_id: str


class PairingRefused(Event, frozen=True, kw_only=True, tag="gateways.pairing_refused.v1"):
    """A wrong code was shown while a right one was good; after too many the right one is good no more."""

    subject_field: ClassVar[str] = "gateway_id"
    gateway_id: str
    failures: int


class GatewayPaired(Event, frozen=True, kw_only=True, tag="gateways.gateway_paired.v1"):
    """A gateway on another computer has a token of its own."""

    subject_field: ClassVar[str] = "gateway_id"
    gateway_id: str


class GatewayRevoked(Event, frozen=True, kw_only=True, tag="gateways.gateway_revoked.v1"):
    """A gateway's token is good no more."""

    subject_field: ClassVar[str] = "gateway_id"
    gateway_id: str
    staff_id: str
