"""`dianshu sim`: the simulated counter."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def sim() -> None:
    """A simulated counter: scanners, printers and a drawer on real wires."""


@app.command()
def run(
    folder: Annotated[Path, typer.Option("--dir", help="Where the serial lines appear, under dev/.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The bench's port on 127.0.0.1.")] = 8730,
    goods: Annotated[Path | None, typer.Option(help="JSON list of goods to lay on the bench.")] = None,
    wiring: Annotated[Path | None, typer.Option(help="Write here how a gateway reaches the devices.")] = None,
    faults: Annotated[Path | None, typer.Option(help="A fault schedule (TOML or JSON) to suffer.")] = None,
    seed: Annotated[int | None, typer.Option(help="In place of the schedule's own seed.")] = None,
    display: Annotated[str, typer.Option(help="The two-line display's command set.")] = "cd5220",
) -> None:
    """Start the counter and its bench page; Ctrl-C ends both."""
    from hardware_sim.bench.goods import GoodsUnreadable, read_goods
    from hardware_sim.bench.server import BenchPlan, PortTaken, listen, serve
    from hardware_sim.layout import COUNTER, UnknownDisplay, with_pole
    from hardware_sim.schedule import FaultSchedule, ScheduleUnreadable, read_schedule, seeded

    try:
        bench = BenchPlan(
            folder=folder,
            goods=read_goods(goods) if goods else (),
            wiring=wiring,
            schedule=seeded(read_schedule(faults) if faults else FaultSchedule(), seed),
            layout=with_pole(COUNTER, display),
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)
        with listen(port) as listener:
            asyncio.run(serve(bench, listener, typer.echo))
    except (GoodsUnreadable, ScheduleUnreadable, UnknownDisplay, PortTaken) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"the devices cannot be set up under {folder}: {error}", err=True)
        raise typer.Exit(1) from None


@app.command("faults")
def list_faults() -> None:
    """Every fault that a schedule or the bench can give a device, with its numbers."""
    from hardware_sim.faults import FAULTS

    for name, kind in FAULTS.items():
        numbers = ", ".join(f"{field.name} = {field.default}" for field in msgspec.structs.fields(kind))
        first = (kind.__doc__ or "").partition("\n")[0]
        typer.echo(f"{name:<20} {first}{f' [{numbers}]' if numbers else ''}")


@app.command()
def receipts(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Bytes sent to a printer, or a recorded line; without any, the bench's paper."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder for .txt and .png.")] = Path("receipts"),
    bench: Annotated[str, typer.Option(help="The running bench to ask.")] = "http://127.0.0.1:8730",
    after: Annotated[int, typer.Option(min=0, help="Of the bench's receipts those after this number.")] = 0,
    language: Annotated[
        Literal["auto", "escpos", "zpl", "tspl"], typer.Option(help="What the files are written in.")
    ] = "auto",
    columns: Annotated[int, typer.Option(min=16, max=96, help="Paper width: 48 at 80 mm, 32 at 58.")] = 48,
    font: Annotated[Path | None, typer.Option(help="A font file with Chinese, for the pictures.")] = None,
) -> None:
    """Save receipts and labels as text and picture: a running bench's, or those that captured bytes make."""
    from hardware_sim.saved_receipts import ReceiptsFailed, of_bench, of_files, save

    known = None if language == "auto" else language
    pieces = of_files(files, known, columns) if files else of_bench(bench.rstrip("/"), after)
    saved = 0
    try:
        for piece in pieces:
            save(piece, out, font)
            saved += 1
            typer.echo(f"{piece.name}: {len(piece.lines)} lines")
    except ReceiptsFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{saved} saved in {out}")


def leave(*_: object) -> None:
    """Unwind, so that ptys and mock nodes are put away. The server passes its signal on to here."""
    raise SystemExit(0)


if __name__ == "__main__":
    app()
