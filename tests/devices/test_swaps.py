"""Another unit under a device's name is on record, and the device stays what it was to the store."""

from hub.devices import store
from hub.devices.events import DeviceSwapped
from tests.devices.counter import SCANNER, Counter
from tests.modules.shop import STORE, TILL


def swaps(counter: Counter) -> list[DeviceSwapped]:
    found: list[DeviceSwapped] = counter.events(DeviceSwapped)
    return found


def test_a_swap_is_told_with_who_did_it_and_the_bindings_stay(counter: Counter) -> None:
    counter.see(SCANNER, "scanner", identity="usb:05e0:1200:OLD")
    assert swaps(counter) == []
    counter.see(SCANNER, "scanner", identity="usb:05e0:1200:NEW", swapped_by="9001")
    assert swaps(counter) == [
        DeviceSwapped(
            device_id=SCANNER,
            gateway_id="gateway-1",
            former_identity="usb:05e0:1200:OLD",
            identity="usb:05e0:1200:NEW",
            swapped_by="9001",
        )
    ]
    device = store.device(counter.read, STORE, SCANNER)
    assert device is not None
    assert (device.terminal_id, device.identity) == (TILL, "usb:05e0:1200:NEW")


def test_it_is_told_once(counter: Counter) -> None:
    for unit in ("usb:05e0:1200:OLD", "usb:05e0:1200:NEW", "usb:05e0:1200:NEW"):
        counter.see(SCANNER, "scanner", identity=unit, swapped_by="9001")
    counter.see(SCANNER, "scanner", state="closed", swapped_by="9001")
    assert len(swaps(counter)) == 1
