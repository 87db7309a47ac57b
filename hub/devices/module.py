"""The manifest of devices; the app says where scans land."""

from hub.devices import drawers, events, handlers, messages, printing, projection
from hub.devices.tables import TABLES
from hub.kernel.module import CommandSpec, Durability, Manifest


def manifest(scan_target: handlers.ScanTarget) -> Manifest:
    """Devices, joined to the baskets that scans land on."""
    scans = handlers.Scans(scan_target)
    gateway = "devices.gateway"
    normal = Durability.NORMAL
    return Manifest(
        name="devices",
        package="hub.devices",
        commands=(
            CommandSpec(messages.BindDevice, handlers.bind_device, "devices.edit"),
            CommandSpec(messages.SeeDevice, handlers.see_device, gateway, normal),
            CommandSpec(messages.TakeScan, scans.take, gateway, normal),
            CommandSpec(messages.TakeMisread, handlers.take_misread, gateway, normal),
            CommandSpec(messages.TakeDrawerPosition, drawers.take_drawer_position, gateway, normal),
            CommandSpec(messages.NoteOpenDrawer, drawers.note_open_drawer, gateway, normal),
            CommandSpec(messages.MeetGateway, handlers.meet_gateway, gateway, normal),
            CommandSpec(messages.AnswerDrawerIncident, drawers.answer_incident, "audit.approve"),
            CommandSpec(messages.LearnDrawer, drawers.learn_drawer, "devices.edit", normal),
            CommandSpec(messages.KeepDrawerMeaning, drawers.keep_drawer_meaning, gateway),
            CommandSpec(messages.GivePrint, printing.give_print, gateway),
            CommandSpec(messages.TakeBackPrint, printing.take_back_print, gateway, normal),
            CommandSpec(messages.SkipPrints, printing.skip_prints, gateway, normal),
            CommandSpec(messages.FinishPrint, printing.finish_print, gateway, normal),
            CommandSpec(messages.FinishDrawerRelease, drawers.finish_drawer_release, gateway, normal),
            CommandSpec(messages.PressScaleKey, handlers.press_scale_key, "orders.sell", normal),
            CommandSpec(messages.PresetTare, handlers.preset_tare, "orders.sell", normal),
            CommandSpec(messages.SettlePrint, printing.settle_print, "orders.sell"),
            CommandSpec(messages.Reprint, printing.reprint, "orders.sell"),
            CommandSpec(messages.PrintTest, printing.print_test, "orders.sell"),
        ),
        events=EVENTS,
        projections={
            events.DeviceBound: projection.device_bound,
            events.DeviceSeen: projection.device_seen,
            events.ScanRefused: projection.scan_refused,
            events.DrawerMoved: projection.drawer_moved,
            events.DrawerOpenedUnasked: projection.drawer_opened_unasked,
            events.DrawerLeftOpen: projection.drawer_left_open,
            events.DrawerIncidentAnswered: projection.drawer_incident_answered,
            events.DrawerReleaseRequested: projection.drawer_release_requested,
            events.DrawerReleaseFinished: projection.drawer_release_finished,
            events.PayRouted: projection.pay_routed,
            events.PrintQueued: projection.print_queued,
            events.LabelOrdered: projection.label_ordered,
            events.PrintFinished: projection.print_finished,
            events.PrintsSkipped: projection.prints_skipped,
        },
        tables=TABLES,
    )


EVENTS = (
    events.DeviceBound,
    events.DeviceSeen,
    events.DeviceSwapped,
    events.ScanRead,
    events.ScanRefused,
    events.ScanTested,
    events.ScaleKeyPressed,
    events.DrawerMoved,
    events.DrawerShown,
    events.DrawerLearnt,
    events.DrawerOpenedUnasked,
    events.DrawerLeftOpen,
    events.DrawerIncidentAnswered,
    events.DrawerReleaseRequested,
    events.DrawerReleaseFinished,
    events.PayRouted,
    events.PrintQueued,
    events.LabelOrdered,
    events.PrintFinished,
    events.PrintsSkipped,
)
