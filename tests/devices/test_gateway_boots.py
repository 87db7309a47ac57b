"""What the hub remembers of each life of a gateway: its readings taken, and when it was last seen."""

from hub.devices import store
from hub.devices.messages import MeetGateway
from hub.devices.model import BOOTS_KEPT_MS
from hub.kernel.context import SYSTEM
from tests.devices.counter import Counter
from tests.devices.test_drawers import move


def meet(counter: Counter, boot_id: str, gateway_id: str = "gateway-1") -> int:
    """The gateway comes; the time that it was."""
    counter.do(MeetGateway, SYSTEM, gateway_id=gateway_id, boot_id=boot_id)
    return counter.clock.read().wall_ms


def pass_ms(counter: Counter, ms: int) -> None:
    counter.clock.pass_s(ms // 1000)


def test_a_gateway_was_seen_when_it_was_last_met_or_brought_something(counter: Counter) -> None:
    first = meet(counter, "boot-1")
    assert store.gateways_seen(counter.read) == {"gateway-1": first}
    pass_ms(counter, 5_000)
    move(counter, True, 7)
    assert store.gateways_seen(counter.read) == {"gateway-1": first + 5_000}
    pass_ms(counter, 5_000)
    other = meet(counter, "boot-9", "gateway-2")
    assert store.gateways_seen(counter.read) == {"gateway-1": first + 5_000, "gateway-2": other}


def test_meeting_it_again_forgets_none_of_its_readings(counter: Counter) -> None:
    meet(counter, "boot-1")
    move(counter, True, 7)
    meet(counter, "boot-1")
    assert store.taken_up_to(counter.read, "boot-1") == 7


def test_lives_that_are_long_over_are_forgotten_and_the_one_that_comes_never_is(counter: Counter) -> None:
    meet(counter, "boot-1")
    move(counter, True, 7)
    pass_ms(counter, BOOTS_KEPT_MS)
    meet(counter, "boot-2")
    assert store.taken_up_to(counter.read, "boot-1") == 7
    pass_ms(counter, 1_000)
    meet(counter, "boot-2")
    assert store.taken_up_to(counter.read, "boot-1") == 0
    move_as(counter, "boot-2", 3)
    pass_ms(counter, BOOTS_KEPT_MS + 1_000)
    meet(counter, "boot-2")
    assert store.taken_up_to(counter.read, "boot-2") == 3


def move_as(counter: Counter, boot_id: str, number: int) -> None:
    move(counter, False, number, boot_id=boot_id)
