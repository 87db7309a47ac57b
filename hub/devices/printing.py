"""One decision per command about print jobs, and those that other rooms ask for."""

from hub.devices import messages, model, store
from hub.devices.events import PrintFinished, PrintQueued, PrintsSkipped
from hub.kernel.bounds import check_ids
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Row


def queue_print(
    context: Context,
    job_id: str,
    document: messages.DocumentKind,
    order_id: str,
    terminal_id: str,
    copy: bool,
    device_id: str | None = None,
    printer_kind: str = "printer",
) -> Decision:
    """A document for one printer, or for the terminal's; asked by rooms above, in their own transaction."""
    return Decision.of(
        PrintQueued(
            job_id=job_id,
            document=document,
            order_id=order_id,
            terminal_id=terminal_id,
            is_copy=copy,
            device_id=device_id,
            printer_kind=printer_kind,
        )
    )


def give_print(command: messages.GivePrint, context: Context) -> Decision:
    """Remember which gateway knows what comes of a job."""
    given: Row = {
        "job_id": command.job_id,
        "device_id": command.device_id,
        "gateway_id": command.gateway_id,
        "given_ms": context.now_ms,
    }
    return Decision(local=((store.give_job, given),))


def take_back_print(command: messages.TakeBackPrint, context: Context) -> Decision:
    """No gateway has it."""
    return _forget(command.job_id)


def _forget(job_id: str) -> Decision:
    return Decision(local=((store.forget_attempt, {"of_job": job_id}),))


def finish_print(command: messages.FinishPrint, context: Context) -> Decision:
    """Record what came of a print job; a word that does not fit its state changes nothing."""
    job = store.print_job(context.read, context.store_id, command.job_id)
    if job is None or not model.may_move(job.state, command.state):
        return Decision()
    return Decision.of(_finished(job, command.state, model.told(command.reason))) + _forget(job.job_id)


def skip_prints(command: messages.SkipPrints, context: Context) -> Decision:
    """What no printer was there for is skipped; what a gateway was given is not, whatever comes of it."""
    place = (context.read, context.store_id, command.terminal_id, command.printer_kind)
    if store.device_at(*place) is not None or store.given_print_jobs(*place):
        return Decision()
    return Decision.of(
        PrintsSkipped(
            terminal_id=command.terminal_id,
            printer_kind=command.printer_kind,
            queued_up_to_ms=context.now_ms - model.NO_PRINTER_MS,
        )
    )


def settle_print(command: messages.SettlePrint, context: Context) -> Decision:
    """A person says whether the paper is there; if not, a copy is queued."""
    job = store.print_job(context.read, context.store_id, command.job_id)
    if job is None:
        return Decision.refuse("devices.print_job_unknown", 404)
    if not model.may_move(job.state, "settled"):
        return Decision.refuse("devices.print_job_settled")
    reason = "seen" if command.is_printed else "not_seen"
    settled = Decision.of(_finished(job, "settled", reason))
    if command.is_printed:
        return settled + Decision(answer=messages.PrintQueuedAnswer(None))
    copy_id = context.new_id()
    copy = queue_print(
        context,
        copy_id,
        job.document,
        job.order_id,
        job.terminal_id,
        copy=True,
        device_id=job.device_id,
        printer_kind=job.printer_kind,
    )
    return settled + copy + Decision(answer=messages.PrintQueuedAnswer(copy_id))


def reprint(command: messages.Reprint, context: Context) -> Decision:
    """A copy of a receipt that was printed before."""
    if (refusal := check_ids(job_id=command.job_id)) is not None:
        return refusal
    if store.print_job(context.read, context.store_id, command.job_id) is not None:
        return Decision.refuse("devices.print_job_exists")
    jobs = store.print_jobs_of(context.read, context.store_id, command.order_id)
    if not jobs:
        return Decision.refuse("devices.nothing_to_reprint", 404)
    first = jobs[0]
    terminal_id = context.terminal_id or first.terminal_id
    is_copy = any(job.state != "skipped" for job in jobs)
    copy = queue_print(
        context,
        command.job_id,
        first.document,
        first.order_id,
        terminal_id,
        is_copy,
        printer_kind=first.printer_kind,
    )
    return copy + Decision(answer=messages.PrintQueuedAnswer(command.job_id))


def print_test(command: messages.PrintTest, context: Context) -> Decision:
    """A test slip, or label, for one printer, waited for at the till that asks."""
    if (refusal := check_ids(job_id=command.job_id)) is not None:
        return refusal
    device = store.device(context.read, context.store_id, command.device_id)
    if device is None or device.kind not in model.PRINTER_KINDS:
        return Decision.refuse("devices.unknown", 404, device_id=command.device_id)
    if store.print_job(context.read, context.store_id, command.job_id) is not None:
        return Decision.refuse("devices.print_job_exists")
    terminal_id = context.terminal_id or device.terminal_id or ""
    slip = queue_print(
        context,
        command.job_id,
        "test",
        device.device_id,
        terminal_id,
        copy=False,
        device_id=device.device_id,
        printer_kind=device.kind,
    )
    return slip + Decision(answer=messages.PrintQueuedAnswer(command.job_id))


def _finished(job: messages.PrintJobView, state: str, reason: str) -> PrintFinished:
    return PrintFinished(
        job_id=job.job_id, order_id=job.order_id, terminal_id=job.terminal_id, state=state, reason=reason
    )
