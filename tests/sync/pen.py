"""A hub that is only a pen: writes and signs chains of its own making, honest or not."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloud_sync.wire.envelope import Batch, encode
from cloud_sync.wire.topics import HubAddress, address
from hub.kernel.heads import SignedHead
from hub.kernel.journal import GENESIS, Record, chain_hash, encode_record
from tests.sync.shop import START_MS, Sold


class Pen:
    """Bodies 1..n of one origin; `batch` signs any stretch of them."""

    def __init__(self, hub_id: str = "hub-1", store_id: str = "S001", epoch: int = 1) -> None:
        self.address: HubAddress = address("chain", hub_id)
        self.store_id = store_id
        self.epoch = epoch
        self.bodies: list[bytes] = []
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def hashes(self) -> list[bytes]:
        """Hash 0 is the beginning; hash n is entry n's."""
        chain = [GENESIS]
        for body in self.bodies:
            chain.append(chain_hash(chain[-1], body))
        return chain

    def write(self, *items: str) -> "Pen":
        for item in items:
            record = Record(
                origin=self.address.hub,
                epoch=self.epoch,
                seq=len(self.bodies) + 1,
                store_id=self.store_id,
                at_ms=START_MS,
                clock_trusted=True,
                command_id="0" * 32,
                request_hash="",
                actor=None,
                terminal_id=None,
                subject=item,
                event=Sold(item_id=item, qty_milli=1000),
            )
            self.bodies.append(encode_record(record))
        return self

    def scribble(self, body: bytes) -> "Pen":
        """Write a body that is not a record."""
        self.bodies.append(body)
        return self

    def fork(self, after: int) -> "Pen":
        """Another hub with this one's key and its first entries: a cloned card."""
        other = Pen(self.address.hub, self.store_id, self.epoch)
        other._key = self._key
        other.bodies = self.bodies[:after]
        return other

    def batch(self, first: int, last: int) -> Batch:
        chain = self.hashes
        head = SignedHead(self.address.hub, self.epoch, last, chain[last])
        signed = SignedHead(*_fields(head), self._key.sign(head.statement()))
        return Batch(first, chain[first - 1], self.bodies[first - 1 : last], signed)

    def frame(self, first: int, last: int) -> tuple[HubAddress, bytes]:
        return self.address, encode(self.batch(first, last))


def _fields(head: SignedHead) -> tuple[str, int, int, bytes]:
    return head.origin, head.epoch, head.seq, head.hash
