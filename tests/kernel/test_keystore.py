"""Keys of people: what is sealed, and what erasing leaves."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.kernel.db import WrongKey
from hub.kernel.errors import Refused
from hub.kernel.keystore import Keystore, PersonErased, fingerprint, load_or_make_key
from tests.kernel.pages import decrypted

KEY = bytes(range(32))
NAME = "收银员 01"


@pytest.fixture
def keystore(tmp_path: Path) -> Iterator[Keystore]:
    made = Keystore(tmp_path / "keys.db", KEY)
    yield made
    made.close()


def held_by(folder: Path) -> bytes:
    """Every page of the keystore and its log, freed ones included, decrypted."""
    files = [folder / "keys.db", folder / "keys.db-wal"]
    return b"".join(decrypted(file, KEY) for file in files if file.exists())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(plain=st.text(max_size=200).filter(lambda text: text.isprintable()))
def test_what_is_sealed_opens_again(keystore: Keystore, plain: str) -> None:
    assert keystore.open("p1", keystore.seal("p1", plain)) == plain


def test_sealing_twice_shows_nobody_that_it_was_the_same_text(keystore: Keystore) -> None:
    assert keystore.seal("p1", NAME) != keystore.seal("p1", NAME)
    assert keystore.digest(NAME) == keystore.digest(NAME) != keystore.digest(NAME + " ")


def test_a_sealed_text_is_bound_to_its_person(keystore: Keystore) -> None:
    sealed = keystore.seal("p1", NAME)
    keystore.seal("p2", "somebody else")
    assert keystore.open("p2", sealed) is None
    assert keystore.open("nobody", sealed) is None


@pytest.mark.parametrize("rubbish", ["", "rubbish", "AAAA", "豆子", "A" * 64])
def test_what_was_never_sealed_does_not_open(keystore: Keystore, rubbish: str) -> None:
    keystore.seal("p1", NAME)
    assert keystore.open("p1", rubbish) is None


def test_keys_survive_a_restart_and_are_durable_before_the_text_is_out(
    keystore: Keystore, tmp_path: Path
) -> None:
    sealed = keystore.seal("p1", NAME)
    second = Keystore(tmp_path / "keys.db", KEY)  # reads the file while the first is open
    assert second.open("p1", sealed) == NAME
    second.close()


def test_an_erased_person_is_unreadable_everywhere_and_for_ever(keystore: Keystore, tmp_path: Path) -> None:
    sealed = keystore.seal("p1", NAME)
    other = keystore.seal("p2", NAME)
    keystore.erase("p1", 1_000)
    keystore.erase("p1", 2_000)
    assert keystore.open("p1", sealed) is None
    assert keystore.open("p2", other) == NAME
    with pytest.raises(PersonErased):
        keystore.seal("p1", NAME)
    assert keystore.erasures() == {"p1": 1_000}
    again = Keystore(tmp_path / "keys.db", KEY)
    assert (again.open("p1", sealed), again.has_key_of("p1"), again.has_key_of("p2")) == (None, False, True)
    with pytest.raises(PersonErased):
        again.seal("p1", NAME)
    again.close()


def test_an_erased_key_is_in_no_page_of_the_file_or_its_log(keystore: Keystore, tmp_path: Path) -> None:
    keystore.seal("p1", NAME)
    keystore.seal("p2", NAME)
    key, other = keystore._person_keys["p1"], keystore._person_keys["p2"]
    assert key in held_by(tmp_path)
    keystore.erase("p1", 1_000)
    assert key not in held_by(tmp_path)
    assert other in held_by(tmp_path)


def test_erasing_beside_sealing_never_brings_a_key_back(keystore: Keystore) -> None:
    for number in range(20):
        person = f"p{number}"
        keystore.seal(person, NAME)
        start = threading.Barrier(2)

        def seal_again(person: str = person, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                for _ in range(20):
                    keystore.seal(person, NAME)
            except PersonErased:
                return

        sealing = threading.Thread(target=seal_again)
        sealing.start()
        start.wait()
        keystore.erase(person, 1)
        sealing.join()
        count = keystore._connection.execute(
            "SELECT count(*) FROM person_keys WHERE person_id = ?", (person,)
        )
        assert count.fetchone() == (0,)
        assert not keystore.has_key_of(person)


def test_secrets_are_made_once_and_values_are_remembered(keystore: Keystore, tmp_path: Path) -> None:
    secret = keystore.secret("session")
    keystore.remember("mark", b"1")
    keystore.remember("mark", b"2")
    again = Keystore(tmp_path / "keys.db", KEY)
    assert len(secret) == 32
    assert (again.secret("session"), again.recall("mark"), again.recall("none")) == (secret, b"2", None)
    assert again.public_key() == keystore.public_key()
    again.close()


def test_the_file_is_noise_without_its_key(keystore: Keystore, tmp_path: Path) -> None:
    keystore.seal("person-of-interest", NAME)
    keystore._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert b"person-of-interest" not in (tmp_path / "keys.db").read_bytes()
    with pytest.raises(WrongKey):
        Keystore(tmp_path / "keys.db", bytes(32))
    with pytest.raises(sqlcipher.DatabaseError):
        sqlcipher.connect(str(tmp_path / "keys.db")).execute("SELECT * FROM person_keys")


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "hub.key"
    key = load_or_make_key(path)
    assert len(key) == 32
    assert load_or_make_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["hub.key"]
    assert fingerprint(key) != fingerprint(KEY)
    assert key.hex() not in fingerprint(key)


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_key_file_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.key").write_bytes(content)
    with pytest.raises(Refused, match=r"key\.damaged"):
        load_or_make_key(tmp_path / "hub.key")
