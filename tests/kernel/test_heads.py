"""Signed heads."""

from pathlib import Path

import msgspec
import pytest

from hub.kernel.engine import Engine
from hub.kernel.heads import SignedHead, acknowledged_head, is_signed_by, remember_acknowledged, sign_head
from hub.kernel.keystore import Keystore


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keys.db", bytes(32))


def test_a_head_is_vouched_for_by_its_hub_alone(keystore: Keystore, tmp_path: Path) -> None:
    head = sign_head(keystore, "hub-1", 1, 7, b"\x01" * 32)
    stranger = Keystore(tmp_path / "stranger.db", bytes(32))
    assert is_signed_by(head, keystore.public_key())
    assert not is_signed_by(head, stranger.public_key())


@pytest.mark.parametrize("change", [{"seq": 8}, {"hash": b"\x02" * 32}, {"epoch": 2}, {"origin": "hub-2"}])
def test_a_signature_covers_every_word_of_the_head(keystore: Keystore, change: dict[str, object]) -> None:
    head = sign_head(keystore, "hub-1", 1, 7, b"\x01" * 32)
    assert not is_signed_by(msgspec.structs.replace(head, **change), keystore.public_key())


@pytest.mark.parametrize("signature", [b"", b"short", bytes(64)])
def test_rubbish_is_no_signature(keystore: Keystore, signature: bytes) -> None:
    assert not is_signed_by(SignedHead("hub-1", 1, 7, bytes(32), signature), keystore.public_key())


def test_the_acknowledged_head_outlives_the_process(keystore: Keystore, tmp_path: Path) -> None:
    assert acknowledged_head(keystore) is None
    head = sign_head(keystore, "hub-1", 1, 7, b"\x01" * 32)
    remember_acknowledged(keystore, head)
    keystore.close()
    again = Keystore(tmp_path / "keys.db", bytes(32))
    assert acknowledged_head(again) == head
    assert is_signed_by(head, again.public_key())


def test_an_empty_journal_has_no_head(hub: Engine) -> None:
    assert hub.head() is None
