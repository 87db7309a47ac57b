"""Tampering: each kind is found, and named for what it is."""

import msgspec
import pytest

from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.heads import SignedHead, keep_signed_head, remember_acknowledged, sign_head
from hub.kernel.ids import new_id
from hub.kernel.journal import GENESIS, Entry, chain_hash, read_entry, read_page
from hub.kernel.keystore import Keystore
from hub.kernel.sql import Session
from hub.kernel.verify import Verdict, verify
from tests.kernel.conftest import OpenHub
from tests.kernel.jars import Fill, Overfilled

LAST = 12


class Tampered:
    """A stopped hub's database, and somebody with its key."""

    def __init__(self, hub: Engine, folder: Folder) -> None:
        hub.close()
        self.types = hub.types
        self.connection = open_for_repair(folder)
        self.session = Session(self.connection.cursor(), "sqlite")
        self.keystore = Keystore(folder.keystore, folder.key.read_bytes())

    def execute(self, sql: str, *parameters: object) -> None:
        assert self.connection.execute(sql, parameters).rowcount > 0, "nothing was tampered with"

    def entry(self, seq: int) -> Entry:
        found = read_entry(self.session, seq)
        assert found is not None
        return found

    def recompute_from(self, seq: int) -> None:
        """Make every hash from here on fit the bodies again."""
        previous = self.entry(seq - 1).hash if seq > 1 else GENESIS
        for entry in read_page(self.session, seq - 1, LAST):
            previous = chain_hash(previous, entry.body)
            self.execute("UPDATE journal SET hash = ? WHERE seq = ?", previous, entry.seq)

    def change_body(self, seq: int) -> None:
        """One byte: a digit of what went into the jar."""
        body = self.entry(seq).body
        changed = body.replace(b'"beans":1', b'"beans":9', 1)
        assert sum(a != b for a, b in zip(body, changed, strict=True)) == 1
        self.execute("UPDATE journal SET body = ? WHERE seq = ?", changed, seq)

    def sign(self, seq: int) -> SignedHead:
        return sign_head(self.keystore, "hub-1", 1, seq, self.entry(seq).hash)

    def keep(self, head: SignedHead) -> None:
        self.session.write(keep_signed_head, [msgspec.structs.asdict(head)])

    def verdict(self) -> Verdict:
        return verify(self.session, self.keystore, self.types)


@pytest.fixture
def tampered(open_hub: OpenHub, folder: Folder) -> Tampered:
    hub = open_hub()
    for number in range(LAST):
        hub.bus.dispatch(Fill(command_id=new_id(), jar_id=f"jar-{number}", beans=1), SYSTEM)
    return Tampered(hub, folder)


def test_an_untouched_journal_is_well(tampered: Tampered) -> None:
    tampered.keep(tampered.sign(5))
    remember_acknowledged(tampered.keystore, tampered.sign(9))
    assert tampered.verdict() == Verdict("ok", 0, LAST, 2)


def test_an_empty_journal_is_well(open_hub: OpenHub, folder: Folder) -> None:
    assert Tampered(open_hub(), folder).verdict() == Verdict("ok", 0, 0, 0)


@pytest.mark.parametrize("seq", [1, 6, LAST])
def test_one_byte_of_a_body(tampered: Tampered, seq: int) -> None:
    tampered.change_body(seq)
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("entry_changed", seq)


@pytest.mark.parametrize("seq", [1, 6, LAST])
def test_one_byte_of_a_hash(tampered: Tampered, seq: int) -> None:
    entry_hash = tampered.entry(seq).hash
    changed = bytes([entry_hash[0] ^ 1]) + entry_hash[1:]
    tampered.execute("UPDATE journal SET hash = ? WHERE seq = ?", changed, seq)
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("entry_changed", seq)


@pytest.mark.parametrize(
    "change",
    [
        "type = 'jars.emptied.v1'",
        "subject = 'another'",
        "at_ms = at_ms + 1",
        "epoch = 2",
        "command_id = NULL",
        "command_id = 'ffffffffffffffffffffffffffffffff'",
        "request_hash = NULL",
        "request_hash = 'changed'",
    ],
)
def test_a_column_that_no_longer_says_what_the_body_says(tampered: Tampered, change: str) -> None:
    tampered.execute(f"UPDATE journal SET {change} WHERE seq = 6")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("column_changed", 6)


@pytest.mark.parametrize("seq", [1, 6])
def test_a_gap(tampered: Tampered, seq: int) -> None:
    tampered.execute("DELETE FROM journal WHERE seq = ?", seq)
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("gap", seq)


def test_a_tail_cut_off_below_a_signed_head(tampered: Tampered) -> None:
    tampered.keep(tampered.sign(LAST))
    tampered.execute("DELETE FROM journal WHERE seq > 8")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("tail_cut", 9)


def test_a_tail_cut_off_with_its_heads_below_what_the_cloud_has(tampered: Tampered) -> None:
    tampered.keep(tampered.sign(LAST))
    remember_acknowledged(tampered.keystore, tampered.sign(10))
    tampered.execute("DELETE FROM journal WHERE seq > 8")
    tampered.execute("DELETE FROM signed_heads")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("tail_cut", 9)


def test_a_whole_chain_recomputed_against_a_signed_head(tampered: Tampered) -> None:
    for seq in (5, 10):
        tampered.keep(tampered.sign(seq))
    tampered.change_body(6)
    tampered.recompute_from(6)
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("chain_recomputed", 10)


def test_a_whole_chain_recomputed_with_its_heads_gone_against_what_the_cloud_has(
    tampered: Tampered,
) -> None:
    tampered.keep(tampered.sign(10))
    remember_acknowledged(tampered.keystore, tampered.sign(10))
    tampered.change_body(1)
    tampered.recompute_from(1)
    tampered.execute("DELETE FROM signed_heads")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("chain_recomputed", 10)


def test_a_journal_emptied(tampered: Tampered) -> None:
    remember_acknowledged(tampered.keystore, tampered.sign(10))
    tampered.execute("DELETE FROM journal")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("tail_cut", 1)


def test_heads_forged_over_a_recomputed_chain(tampered: Tampered, folder: Folder) -> None:
    tampered.change_body(6)
    tampered.recompute_from(6)
    stranger = Keystore(folder.keystore.with_name("stranger.db"), bytes(32))
    tampered.keep(sign_head(stranger, "hub-1", 1, 10, tampered.entry(10).hash))
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("bad_signature", 10)


def test_a_head_moved_to_another_number(tampered: Tampered) -> None:
    tampered.keep(tampered.sign(10))
    tampered.execute("UPDATE signed_heads SET seq = 11")
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("bad_signature", 11)


def test_a_body_that_is_not_a_record(tampered: Tampered) -> None:
    tampered.execute("UPDATE journal SET body = ? WHERE seq = 12", b"{}")
    tampered.recompute_from(12)
    assert (tampered.verdict().finding, tampered.verdict().seq) == ("entry_changed", 12)


def test_a_command_of_several_events_is_well(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub()
    hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=5_000), SYSTEM)
    assert read_page(hub.readers, 0, 9)[0].type == Overfilled.type_name()
    assert Tampered(hub, folder).verdict() == Verdict("ok", 0, 1, 0)


def test_progress_is_told(tampered: Tampered) -> None:
    told = []
    verify(
        tampered.session, tampered.keystore, tampered.types, lambda done, whole: told.append((done, whole))
    )
    assert told == [(LAST, LAST)]


def test_a_selling_hub_is_verified_without_a_false_alarm(hub: Engine) -> None:
    """Heads signed after the walk began are beyond its end, and no tail was cut."""

    def sell_and_sign() -> None:
        hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
        head = hub.head()
        assert head is not None
        remember_acknowledged(hub.keystore, sign_head(hub.keystore, "hub-1", 1, head.seq, head.hash))

    sell_and_sign()
    with hub.readers.session() as session:
        verdict = verify(session, hub.keystore, hub.types, lambda _done, _whole: sell_and_sign())
    assert verdict.ok
