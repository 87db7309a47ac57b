"""The bench's HTTP API: everything a hand could do at the counter."""

from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, Parameter
from litestar.status_codes import HTTP_200_OK

from hardware_sim.bench.feed import Feed
from hardware_sim.bench.messages import (
    AcquirersBook,
    Bench,
    BenchFrame,
    Choose,
    Good,
    PressKey,
    Scan,
    SetCover,
    SetDrawer,
    SetFault,
    SetPaper,
    SetPlan,
    SetWeight,
)
from hardware_sim.counter import Counter
from hardware_sim.faults import FAULTS
from hardware_sim.pictures.svg import svg_of
from hardware_sim.views import DeviceView, FaultMet, Receipt, ScanOutcome

LONGEST_WAIT_S = 60.0

Number = Annotated[int, Parameter(ge=0)]
Seconds = Annotated[float, Parameter(ge=0, le=LONGEST_WAIT_S)]


def counter_of(state: State) -> Counter:
    counter: Counter = state.counter
    return counter


def feed_of(state: State) -> Feed:
    feed: Feed = state.feed
    return feed


@get("/bench", operation_id="bench")
async def read_bench(state: State) -> Bench:
    counter = counter_of(state)
    devices = tuple(device.view() for device in counter.devices.values())
    return Bench(devices=devices, goods=state.goods, notice=counter.notice)


@get("/goods", operation_id="goods")
async def list_goods(state: State) -> list[Good]:
    return list(state.goods)


@get("/devices", operation_id="devices")
async def list_devices(state: State) -> list[DeviceView]:
    return [device.view() for device in counter_of(state).devices.values()]


@get("/devices/{device_id:str}", operation_id="device")
async def read_device(state: State, device_id: FromPath[str]) -> DeviceView:
    return counter_of(state).device(device_id).view()


@post("/scan", operation_id="scan", status_code=HTTP_200_OK)
async def scan(state: State, data: JSONBody[Scan]) -> ScanOutcome:
    return await counter_of(state).scan(data.device_id, data.code)


@post("/devices/{device_id:str}/plug", operation_id="plug", status_code=HTTP_200_OK)
async def plug(state: State, device_id: FromPath[str]) -> DeviceView:
    device = counter_of(state).device(device_id)
    device.plug()
    return device.view()


@post("/devices/{device_id:str}/unplug", operation_id="unplug", status_code=HTTP_200_OK)
async def unplug(state: State, device_id: FromPath[str]) -> DeviceView:
    device = counter_of(state).device(device_id)
    device.unplug()
    return device.view()


@post("/devices/{device_id:str}/paper", operation_id="setPaper", status_code=HTTP_200_OK)
async def set_paper(state: State, device_id: FromPath[str], data: JSONBody[SetPaper]) -> DeviceView:
    printer = counter_of(state).printer(device_id)
    printer.set_paper(data.paper, data.after_lines)
    return printer.view()


@post("/devices/{device_id:str}/cover", operation_id="setCover", status_code=HTTP_200_OK)
async def set_cover(state: State, device_id: FromPath[str], data: JSONBody[SetCover]) -> DeviceView:
    printer = counter_of(state).printer(device_id)
    printer.set_cover(data.open)
    return printer.view()


@post("/devices/{device_id:str}/drawer", operation_id="setDrawer", status_code=HTTP_200_OK)
async def set_drawer(state: State, device_id: FromPath[str], data: JSONBody[SetDrawer]) -> DeviceView:
    device = counter_of(state).drawer(device_id)
    device.set_drawer(data.open)
    return device.view()


@post("/devices/{device_id:str}/weight", operation_id="setWeight", status_code=HTTP_200_OK)
async def set_weight(state: State, device_id: FromPath[str], data: JSONBody[SetWeight]) -> DeviceView:
    scale = counter_of(state).scale(device_id)
    scale.put(data.load_g, data.drift_g_per_min, data.shaken)
    return scale.view()


@post("/devices/{device_id:str}/key", operation_id="pressKey", status_code=HTTP_200_OK)
async def press_key(state: State, device_id: FromPath[str], data: JSONBody[PressKey]) -> DeviceView:
    scale = counter_of(state).scale(device_id)
    scale.press(data.key)
    return scale.view()


@post("/devices/{device_id:str}/plan", operation_id="setPlan", status_code=HTTP_200_OK)
async def set_plan(state: State, device_id: FromPath[str], data: JSONBody[SetPlan]) -> DeviceView:
    terminal = counter_of(state).terminal(device_id)
    terminal.set_plan(data.plan)
    return terminal.view()


@post("/devices/{device_id:str}/customer", operation_id="choose", status_code=HTTP_200_OK)
async def choose(state: State, device_id: FromPath[str], data: JSONBody[Choose]) -> DeviceView:
    terminal = counter_of(state).terminal(device_id)
    terminal.choose(data.choice)
    return terminal.view()


@get("/devices/{device_id:str}/ledger", operation_id="ledger")
async def read_ledger(state: State, device_id: FromPath[str]) -> AcquirersBook:
    """The acquirer's own book behind a payment terminal, whole."""
    ledger = counter_of(state).terminal(device_id).ledger
    return AcquirersBook(entries=tuple(ledger.entries.values()), movements=tuple(ledger.movements))


@post("/devices/{device_id:str}/faults", operation_id="setFault", status_code=HTTP_200_OK)
async def set_fault(state: State, device_id: FromPath[str], data: JSONBody[SetFault]) -> DeviceView:
    return counter_of(state).inject(device_id, data.fault)


@delete("/devices/{device_id:str}/faults/{fault:str}", operation_id="relieve", status_code=HTTP_200_OK)
async def relieve(state: State, device_id: FromPath[str], fault: FromPath[str]) -> DeviceView:
    """Take one fault away, by its name."""
    device = counter_of(state).device(device_id)
    if fault not in FAULTS:
        raise NotFoundException(detail=f"no fault {fault}")
    device.relieve(FAULTS[fault])
    return device.view()


@delete("/devices/{device_id:str}/faults", operation_id="heal", status_code=HTTP_200_OK)
async def heal(state: State, device_id: FromPath[str]) -> DeviceView:
    device = counter_of(state).device(device_id)
    device.heal()
    return device.view()


@get("/faults", operation_id="faultsMet")
async def faults_met(state: State) -> list[FaultMet]:
    """What struck so far, by hand or by schedule."""
    return counter_of(state).faults_met()


@get("/receipts", operation_id="receipts")
async def list_receipts(state: State, after: Number = 0) -> list[Receipt]:
    return [receipt for receipt in counter_of(state).receipts if receipt.number > after]


@get("/receipts/next", operation_id="nextReceipt")
async def next_receipt(state: State, after: Number = 0, wait_s: Seconds = 10.0) -> Receipt:
    """The first receipt above `after`, waiting for it to be cut; 404 if none comes in time."""
    try:
        return await counter_of(state).receipt_after(after, wait_s)
    except TimeoutError:
        raise NotFoundException(detail="no receipt came") from None


@get("/receipts/{number:int}/picture", operation_id="receiptPicture", media_type="image/svg+xml")
async def receipt_picture(state: State, number: FromPath[int]) -> Response[str]:
    """The receipt as SVG."""
    receipt = next((found for found in counter_of(state).receipts if found.number == number), None)
    if receipt is None:
        raise NotFoundException(detail="no such receipt")
    return Response(svg_of(receipt.lines, receipt.columns), media_type="image/svg+xml")


@get("/feed", operation_id="feed")
async def read_feed(state: State) -> list[BenchFrame]:
    """What a listener on /ws/bench would be told first; here so that its frames are in the schema."""
    return [feed_of(state).snapshot(counter_of(state))]


api = Router(
    path="/api",
    route_handlers=[
        read_bench,
        list_goods,
        list_devices,
        read_device,
        scan,
        plug,
        unplug,
        set_paper,
        set_cover,
        set_drawer,
        set_weight,
        press_key,
        set_plan,
        choose,
        read_ledger,
        set_fault,
        relieve,
        heal,
        faults_met,
        list_receipts,
        next_receipt,
        receipt_picture,
        read_feed,
    ],
)
