"""Whoever is to be forgotten is, whatever came between the event and the key."""

from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder
from hub.kernel.ids import new_id
from hub.kernel.journal import read_head
from tests.kernel.beans import Forget, Meet, Owner, manifest, owner_of
from tests.kernel.conftest import NOW_MS, OpenHub

NAME = "豆子的主人"


def met(hub: Engine, *owner_ids: str) -> None:
    for owner_id in owner_ids:
        hub.bus.dispatch(Meet(command_id=new_id(), owner_id=owner_id, name=NAME), SYSTEM)


def forget(hub: Engine, owner_id: str) -> None:
    assert hub.bus.dispatch(Forget(command_id=new_id(), owner_id=owner_id), SYSTEM).refusal is None


def name_of(hub: Engine, owner_id: str) -> str | None:
    owner = hub.readers.first(owner_of, owner_id=owner_id)
    assert owner is not None
    return hub.keystore.open(owner_id, owner.name_sealed) if owner.name_sealed else None


def test_the_key_goes_after_the_commit(open_hub: OpenHub) -> None:
    hub = open_hub(manifest)
    hub.start()
    met(hub, "o1", "o2")
    forget(hub, "o1")
    hub.close()  # ends after the effect that is running
    hub = open_hub(manifest)
    assert (hub.keystore.has_key_of("o1"), hub.keystore.has_key_of("o2")) == (False, True)
    assert (name_of(hub, "o1"), name_of(hub, "o2")) == (None, NAME)
    assert hub.readers.first(owner_of, owner_id="o1") == Owner(None)


def test_a_kill_before_the_key_went_is_made_good_at_the_next_start(open_hub: OpenHub) -> None:
    hub = open_hub(manifest)
    met(hub, "o1")
    forget(hub, "o1")  # no effects run
    assert hub.keystore.has_key_of("o1")
    hub.close()
    hub = open_hub(manifest)
    assert not hub.keystore.has_key_of("o1")
    assert hub.keystore.erasures() == {"o1": NOW_MS}


def test_an_older_keystore_brings_nobody_back(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub(manifest)
    met(hub, "o1")
    hub.close()
    older = folder.keystore.read_bytes()
    hub = open_hub(manifest)
    forget(hub, "o1")
    hub.close()
    open_hub(manifest).close()
    folder.keystore.write_bytes(older)
    hub = open_hub(manifest)
    assert not hub.keystore.has_key_of("o1")


def test_starting_again_looks_only_at_what_is_new(open_hub: OpenHub) -> None:
    hub = open_hub(manifest)
    met(hub, "o1")
    hub.close()
    hub = open_hub(manifest)
    head = read_head(hub.readers)
    assert head is not None
    assert hub.keystore.recall("erasures_applied") == head.seq.to_bytes(8, "big")
