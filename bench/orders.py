"""One-shot paid ten-line orders over HTTP, durable, beside a bare hub that writes the same rows."""

from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.hub import TrialHub
from bench.load import Run, closed_loop
from bench.process import Program, answers, free_port
from bench.shop import open_till, orders

ROUNDS = 2
ROUND_S = 5.0
WARM_UP_S = 1.0
MOST_A_ROUND = 8_000
PATH = "/api/orders/place"


@dataclass(slots=True)
class Side:
    """The hub or its ceiling, and what it did so far."""

    port: int
    program: Program
    cookie: str
    run: Run
    cpu_ms: float = 0.0

    async def round(self, clients: int) -> None:
        """One more round of orders."""
        bodies, before_ms = orders(MOST_A_ROUND), self.program.cpu_ms()
        self.run.add(await closed_loop(self.port, PATH, bodies, clients, ROUND_S, self.cookie))
        self.cpu_ms += self.program.cpu_ms() - before_ms

    @property
    def cpu_each_ms(self) -> float:
        """Processor time of the server, an order."""
        return self.cpu_ms / self.run.count


async def measure(folder: Path) -> list[Figure]:
    """Hub and ceiling in turns, with sixteen clients and with one."""
    hub = TrialHub(folder / "hub")
    hub.furnish()
    program = hub.start()
    port = free_port()
    bare = start_bare(folder, port)
    try:
        cookie = await open_till(hub.port, "T01")
        figures: list[Figure] = []
        for clients in (16, 1):
            sides = [Side(hub.port, program, cookie, Run()), Side(port, bare, "", Run())]
            for side in sides:
                await closed_loop(side.port, PATH, orders(1_000), clients, WARM_UP_S, side.cookie)
            for _ in range(ROUNDS):
                for side in sides:
                    await side.round(clients)
            figures += _figures(clients, *sides)
        return figures
    finally:
        hub.stop()
        bare.stop()


def start_bare(folder: Path, port: int) -> Program:
    """The bare hub on a port, ready."""
    place = folder / "bare"
    place.mkdir()
    bare = Program(place / "log", "bench.bare_hub", str(place), str(port))
    bare.wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"))
    return bare


def _figures(clients: int, hub: Side, bare: Side) -> list[Figure]:
    who = f"{clients} clients" if clients > 1 else "1 client"
    is_judged = clients > 1
    return [
        Figure("orders", f"orders, {who}", hub.run.rate, "/s", 500 if is_judged else None),
        Figure(
            "orders",
            f"of the bare hub's, {who}",
            hub.run.rate / bare.run.rate,
            "×",
            0.4 if is_judged else None,
        ),
        Figure("orders", f"processor an order, {who}", hub.cpu_each_ms, "ms"),
        Figure("orders", f"median, {who}", hub.run.at(0.5), "ms"),
        Figure("orders", f"99th percentile, {who}", hub.run.at(0.99), "ms"),
        Figure("orders", f"bare hub, {who}", bare.run.rate, "/s"),
        Figure("orders", f"bare hub's processor an order, {who}", bare.cpu_each_ms, "ms"),
        Figure("orders", f"bare hub's 99th percentile, {who}", bare.run.at(0.99), "ms"),
    ]
