"""Keeping signed heads: every so often the hub vouches for its journal, cloud or no cloud."""

from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.engine import Engine
from hub.kernel.heads import SignedHead, keep_signed_head, sign_head
from hub.kernel.ids import new_id
from hub.kernel.messages import Command
from hub.kernel.module import CommandSpec, Durability, Manifest

SEAL_EVERY_S = 600.0


class KeepHead(Command, frozen=True, kw_only=True):
    """Keep a head that this hub has signed."""

    head: SignedHead


def _keep_head(command: KeepHead, _context: Context) -> Decision:
    head = command.head
    row = {name: getattr(head, name) for name in head.__struct_fields__}
    return Decision(local=((keep_signed_head, row),))


SEALING = Manifest(
    name="sealing",
    package="hub.kernel",
    commands=(CommandSpec(KeepHead, _keep_head, "journal.seal", Durability.NORMAL),),
)


def seal(engine: Engine) -> SignedHead | None:
    """Sign the journal's durable end and keep that; None while the journal is empty."""
    head = engine.head()
    if head is None or head.seq > engine.writer.fsynced_seq:
        return None
    signed = sign_head(engine.keystore, engine.origin.hub_id, head.epoch, head.seq, head.hash)
    engine.bus.dispatch(KeepHead(command_id=new_id(), head=signed), SYSTEM)
    return signed
