"""Signed heads: what a hub vouches for, so that a chain recomputed as a whole is found out."""

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from hub.kernel.keystore import Keystore
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, upsert
from hub.kernel.tables import blob, integer, local, text

_ACKNOWLEDGED = "acknowledged_head"
_encoder = msgspec.json.Encoder(order="sorted")

signed_heads = local(
    "signed_heads",
    text("origin"),
    integer("epoch"),
    integer("seq"),
    blob("hash"),
    blob("signature"),
    key=("origin", "epoch", "seq"),
)
keep_signed_head: Kept = upsert(signed_heads, keep=True)


class SignedHead(View, frozen=True):
    """An entry's number and hash with the hub's Ed25519 signature over them."""

    origin: str
    epoch: int
    seq: int
    hash: bytes
    signature: bytes = b""

    def statement(self) -> bytes:
        """The bytes that are signed."""
        return _encoder.encode(
            {"epoch": self.epoch, "hash": self.hash, "origin": self.origin, "seq": self.seq}
        )


_all_heads = Query(select(*signed_heads.c).order_by(signed_heads.c.seq), SignedHead)


def sign_head(keystore: Keystore, origin: str, epoch: int, seq: int, entry_hash: bytes) -> SignedHead:
    """A head of this hub, signed."""
    unsigned = SignedHead(origin, epoch, seq, entry_hash)
    return msgspec.structs.replace(unsigned, signature=keystore.sign(unsigned.statement()))


def is_signed_by(head: SignedHead, public_key: bytes) -> bool:
    """Whether the head carries this key's signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(head.signature, head.statement())
    except InvalidSignature:
        return False
    return True


def kept_heads(read: Reader) -> list[SignedHead]:
    """Every signed head in the order of the chain."""
    return read.all(_all_heads)


def remember_acknowledged(keystore: Keystore, head: SignedHead) -> None:
    """Keep the newest head that the cloud has acknowledged, where the database's editor does not reach."""
    keystore.remember(_ACKNOWLEDGED, msgspec.msgpack.encode(head))


def acknowledged_head(keystore: Keystore) -> SignedHead | None:
    """The newest head that the cloud has acknowledged, or None before the first."""
    kept = keystore.recall(_ACKNOWLEDGED)
    return msgspec.msgpack.decode(kept, type=SignedHead) if kept else None
