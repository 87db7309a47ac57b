"""A backup is whole or none, useless without its key, and brings nobody back."""

import threading
from pathlib import Path

import msgspec
import pytest

from hub.kernel.backup import MANIFEST, make_backup, read_backup, restore_backup
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.errors import Refused
from hub.kernel.heads import remember_acknowledged, sign_head
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from hub.kernel.keystore import load_key
from hub.kernel.verify import verify
from tests.kernel import jars
from tests.kernel.beans import Forget, Meet, manifest
from tests.kernel.conftest import NOW_MS, OpenHub
from tests.kernel.test_erasure import name_of

BOTH = (jars.manifest, manifest)


@pytest.fixture
def hub(open_hub: OpenHub) -> Engine:
    opened = open_hub(*BOTH)
    opened.artifacts.store.put(b"a catalogue")
    opened.bus.dispatch(Meet(command_id=new_id(), owner_id="o1", name="豆子的主人"), SYSTEM)
    fill(opened, 3)
    return opened


@pytest.fixture
def target(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "another" / "hub")


def fill(hub: Engine, count: int) -> None:
    for _ in range(count):
        hub.bus.dispatch(jars.Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)


def refused_as(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def test_a_selling_hub_is_copied_as_of_one_commit(
    hub: Engine, open_hub: OpenHub, folder: Folder, target: Folder, tmp_path: Path
) -> None:
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            fill(hub, 1)

    selling = threading.Thread(target=sell)
    selling.start()
    backup = make_backup(folder, tmp_path / "backup", NOW_MS, with_key=True)
    stop.set()
    selling.join()
    restore_backup(tmp_path / "backup", target)
    copy = open_hub(*BOTH, at=target)
    entries = read_page(copy.readers, 0, 99_999, 99_999)
    assert (entries[-1].seq, entries[-1].hash.hex()) == (backup.seq, backup.head_hash)
    assert entries == read_page(hub.readers, 0, backup.seq, 99_999)
    with copy.readers.session() as session:
        assert verify(session, copy.keystore, copy.types).ok
    assert copy.artifacts.store.names() == hub.artifacts.store.names()
    assert name_of(copy, "o1") == "豆子的主人"
    fill(copy, 1)


def test_the_key_is_in_the_backup_only_when_asked_for(hub: Engine, folder: Folder, tmp_path: Path) -> None:
    key = load_key(folder.key)
    for with_key in (False, True):
        to = tmp_path / f"backup-{with_key}"
        make_backup(folder, to, NOW_MS, with_key)
        held = b"".join(file.read_bytes() for file in to.rglob("*") if file.is_file())
        assert (key in held or key.hex().encode() in held) is with_key


def test_without_its_key_a_backup_is_refused_as_useless(
    hub: Engine, folder: Folder, target: Folder, tmp_path: Path
) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    with refused_as("backup.key_missing"):
        restore_backup(tmp_path / "backup", target)
    with refused_as("backup.key_wrong"):
        restore_backup(tmp_path / "backup", target, bytes(32))
    assert not target.path.exists()
    restored = restore_backup(tmp_path / "backup", target, load_key(folder.key))
    assert restored.backup.seq == 4


def test_a_backup_never_overwrites(hub: Engine, folder: Folder, tmp_path: Path) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    with refused_as("backup.target_exists"):
        make_backup(folder, tmp_path / "backup", NOW_MS)


@pytest.mark.parametrize("name", ["hub.db", "keys.db", MANIFEST, "hub.key"])
def test_damage_is_named_and_nothing_is_changed(
    hub: Engine, folder: Folder, target: Folder, tmp_path: Path, name: str
) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS, with_key=True)
    path = tmp_path / "backup" / name
    content = path.read_bytes()
    path.write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:-1])
    with refused_as("backup.damaged") as refused:
        restore_backup(tmp_path / "backup", target)
    assert refused.value.refusal.facts == {"file": name}
    assert not target.path.exists()


def test_what_is_no_backup_and_what_is_of_a_newer_version(
    hub: Engine, folder: Folder, tmp_path: Path
) -> None:
    with refused_as("backup.not_one"):
        read_backup(tmp_path)
    backup = make_backup(folder, tmp_path / "backup", NOW_MS)
    newer = msgspec.structs.replace(backup, format=2)
    (tmp_path / "backup" / MANIFEST).write_bytes(msgspec.json.encode(newer))
    with refused_as("backup.newer"):
        read_backup(tmp_path / "backup")


def test_a_running_hub_is_not_restored_over(hub: Engine, folder: Folder, tmp_path: Path) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    with refused_as("hub.already_running"):
        restore_backup(tmp_path / "backup", folder)


def test_a_backup_with_a_broken_chain_is_refused(
    hub: Engine, folder: Folder, target: Folder, tmp_path: Path
) -> None:
    hub.close()
    connection = open_for_repair(folder)
    connection.execute("UPDATE journal SET subject = 'changed' WHERE seq = 2")
    connection.close()
    make_backup(folder, tmp_path / "backup", NOW_MS, with_key=True)
    with refused_as("backup.chain_broken") as refused:
        restore_backup(tmp_path / "backup", target)
    assert refused.value.refusal.facts == {"finding": "column_changed", "seq": 2}
    assert not target.database.exists()


def test_who_was_erased_since_stays_erased(
    hub: Engine, open_hub: OpenHub, folder: Folder, tmp_path: Path
) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    hub.bus.dispatch(Forget(command_id=new_id(), owner_id="o1"), SYSTEM)
    hub.close()
    open_hub(*BOTH).close()
    restored = restore_backup(tmp_path / "backup", folder)
    assert restored.erased == ("o1",)
    again = open_hub(*BOTH)
    assert name_of(again, "o1") is None
    assert again.keystore.erasures() == {"o1": NOW_MS}
    fill(again, 1)
    again.close()
    # Restored once more, also over a keystore that a restore cut short had moved aside without its key.
    (folder.path / "replaced-1" / "hub.key").unlink()
    folder.keystore.unlink()
    assert restore_backup(tmp_path / "backup", folder).erased == ("o1",)


def test_a_backup_from_before_what_the_cloud_has_says_how_far_behind_it_is(
    hub: Engine, folder: Folder, tmp_path: Path
) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    fill(hub, 5)
    head = hub.head()
    assert head is not None
    remember_acknowledged(hub.keystore, sign_head(hub.keystore, "hub-1", 1, head.seq, head.hash))
    hub.close()
    assert restore_backup(tmp_path / "backup", folder).behind == 5


def test_what_was_there_is_kept_beside_and_other_files_stay(
    hub: Engine, open_hub: OpenHub, folder: Folder, tmp_path: Path
) -> None:
    make_backup(folder, tmp_path / "backup", NOW_MS)
    fill(hub, 5)
    hub.close()
    (folder.path / "gateway.token").write_text("token")
    restore_backup(tmp_path / "backup", folder)
    assert (folder.path / "gateway.token").read_text() == "token"
    assert sorted(path.name for path in (folder.path / "replaced-1").iterdir()) == [
        "artifacts", "hub.db", "hub.key", "keys.db"
    ]  # fmt: skip
    assert len(read_page(open_hub(*BOTH).readers, 0, 99)) == 4


def test_progress_is_told_in_pages(hub: Engine, folder: Folder, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_backup(folder, tmp_path / "backup", NOW_MS, progress=lambda done, whole: told.append((done, whole)))
    assert told[-1][0] == told[-1][1] > 0
