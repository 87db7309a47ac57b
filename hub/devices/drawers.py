"""Drawers: kicked now or not at all; what opened them unasked, and which are left open."""

import asyncio

from drivers import messages as wire
from hub.devices import messages, model, store
from hub.devices.events import (
    DrawerIncidentAnswered,
    DrawerLearnt,
    DrawerLeftOpen,
    DrawerMoved,
    DrawerOpenedUnasked,
    DrawerReleaseFinished,
    DrawerReleaseRequested,
    DrawerShown,
)
from hub.devices.handlers import reading_taken
from hub.devices.links import Gateways
from hub.kernel.bounds import check_texts
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import SYSTEM, Context
from hub.kernel.db import Readers
from hub.kernel.decision import Decision
from hub.kernel.ids import new_id
from hub.kernel.journal import Record
from hub.kernel.messages import Command, Event
from hub.modules.identity import store as identity


def take_drawer_position(command: messages.TakeDrawerPosition, context: Context) -> Decision:
    """Record a drawer's move, with the release that explains it, and that none does."""
    if command.gateway_seq <= store.taken_up_to(context.read, command.boot_id):
        return Decision()
    taken = reading_taken(context, command.boot_id, command.gateway_seq)
    known = store.drawer(context.read, context.store_id, command.device_id)
    if known is not None and known.is_open == command.is_open:
        return taken
    release_id = _release_of(command, context) if command.is_open else None
    terminal_id = _terminal_of(command.device_id, context)
    moved = DrawerMoved(
        device_id=command.device_id,
        terminal_id=terminal_id,
        is_open=command.is_open,
        release_id=release_id,
    )
    was_shut = known is not None and known.is_open == 0
    if not was_shut or not command.is_open or release_id is not None:
        return taken + Decision.of(moved)
    unasked = DrawerOpenedUnasked(
        device_id=command.device_id,
        terminal_id=terminal_id,
        staff_id=_cashier_at(terminal_id, context),
        opened_ms=context.now_ms,
    )
    return taken + Decision.of(moved, unasked)


def note_open_drawer(command: messages.NoteOpenDrawer, context: Context) -> Decision:
    """Record once for each opening that a drawer was left open."""
    if command.open_for_ms < model.DRAWER_LEFT_OPEN_MS:
        return Decision()
    opened = (command.device_id, command.opened_ms)
    still_open = store.open_drawers(context.read, context.store_id)
    if all((drawer.device_id, drawer.changed_ms) != opened for drawer in still_open):
        return Decision()
    terminal_id = _terminal_of(command.device_id, context)
    left_open = DrawerLeftOpen(
        device_id=command.device_id,
        terminal_id=terminal_id,
        staff_id=_cashier_at(terminal_id, context),
        opened_ms=command.opened_ms,
    )
    return Decision.of(left_open)


def learn_drawer(command: messages.LearnDrawer, context: Context) -> Decision:
    """Record who shows a drawer, and how; its gateway is told after the commit."""
    device = store.device(context.read, context.store_id, command.device_id)
    if device is None or device.kind != "drawer":
        return Decision.refuse("devices.unknown", 404, device_id=command.device_id)
    if device.ability != "position":
        return Decision.refuse("devices.drawer_without_sensor", device_id=command.device_id)
    return Decision.of(
        DrawerShown(device_id=command.device_id, terminal_id=context.terminal_id, is_open=command.is_open)
    )


def keep_drawer_meaning(command: messages.KeepDrawerMeaning, context: Context) -> Decision:
    """Record what a drawer's sensor says from now on: who silenced one is told by this."""
    return Decision.of(DrawerLearnt(device_id=command.device_id, open_when=command.open_when))


def answer_incident(command: messages.AnswerDrawerIncident, context: Context) -> Decision:
    """Record once what a manager says of an incident."""
    if (refusal := check_texts(command.answer)) is not None:
        return refusal
    if not command.answer.strip():
        return Decision.refuse("devices.incident_answer_missing", 400)
    incident = store.drawer_incident(context.read, context.store_id, command.incident_seq)
    if incident is None:
        return Decision.refuse("devices.incident_unknown", 404)
    if incident.answer is not None:
        return Decision.refuse("devices.incident_answered")
    answered = DrawerIncidentAnswered(
        incident_seq=incident.seq,
        device_id=incident.device_id,
        answered_by=context.actor.staff_id if context.actor else "",
        answer=command.answer,
    )
    return Decision.of(answered)


def finish_drawer_release(command: messages.FinishDrawerRelease, context: Context) -> Decision:
    """Record once what came of a kick."""
    release = store.drawer_release(context.read, context.store_id, command.release_id)
    if release is None or release.state != "requested":
        return Decision()
    return Decision.of(
        DrawerReleaseFinished(
            release_id=command.release_id, is_sent=command.is_sent, reason=model.told(command.reason)
        )
    )


def _release_of(command: messages.TakeDrawerPosition, context: Context) -> str | None:
    """The release that it may have opened by; what waited at its gateway opened so much earlier."""
    since_ms = context.now_ms - command.age_ms - model.RELEASE_OPENS_WITHIN_MS
    release = store.release_since(context.read, context.store_id, command.device_id, since_ms)
    return release.release_id if release else None


def _terminal_of(device_id: str, context: Context) -> str | None:
    device = store.device(context.read, context.store_id, device_id)
    return device.terminal_id if device else None


def _cashier_at(terminal_id: str | None, context: Context) -> str | None:
    sessions = identity.sessions_at(context.read, terminal_id) if terminal_id else []
    return sessions[0].staff_id if sessions else None


class DrawerWatch:
    """Times open drawers by steady time, which no setting of the clock moves; tells of those left open."""

    def __init__(self, bus: Bus, readers: Readers, store_id: str, clock: Clock) -> None:
        self._bus = bus
        self._readers = readers
        self._store_id = store_id
        self._clock = clock
        self._seen_s: dict[tuple[str, int], float] = {}

    def look(self) -> None:
        """Look at every drawer once; the hub does so every few seconds."""
        now_s = self._clock.read().monotonic_s
        with self._readers.session() as read:
            opened = [(one.device_id, one.changed_ms) for one in store.open_drawers(read, self._store_id)]
        self._seen_s = {opening: self._seen_s.get(opening, now_s) for opening in opened}
        for (device_id, opened_ms), since_s in self._seen_s.items():
            open_for_ms = int((now_s - since_s) * 1000)
            if open_for_ms >= model.DRAWER_LEFT_OPEN_MS:
                note = messages.NoteOpenDrawer(
                    command_id=new_id(), device_id=device_id, opened_ms=opened_ms, open_for_ms=open_for_ms
                )
                self._bus.dispatch(note, SYSTEM)


class KickDrawer:
    """Sends the release to the drawer's gateway; whether the kick went out comes back from there."""

    name = "kick_drawer"
    event_types: tuple[type[Event], ...] = (DrawerReleaseRequested,)
    max_age_ms = model.RELEASE_MAX_AGE_MS

    def __init__(self, gateways: Gateways, loop: asyncio.AbstractEventLoop) -> None:
        self._gateways = gateways
        self._loop = loop

    def run(self, record: Record[DrawerReleaseRequested], command_id: str) -> Command | None:
        """Send it; with its gateway away, say so."""
        event = record.event
        link = self._gateways.link_of(event.device_id)
        if link is None:
            return _dropped(event.release_id, command_id, "no_drawer")
        frame = wire.ReleaseDrawer(
            release_id=event.release_id, device_id=event.device_id, expires_in_ms=self.max_age_ms
        )
        sending = asyncio.run_coroutine_threadsafe(link.send(frame), self._loop)
        try:
            is_sent = sending.result(self.max_age_ms / 1000)
        except TimeoutError:
            is_sent = False
        return None if is_sent else _dropped(event.release_id, command_id, "gateway_gone")

    def too_old(self, record: Record[DrawerReleaseRequested], command_id: str) -> Command | None:
        """Nobody stands at the drawer any more."""
        return _dropped(record.event.release_id, command_id, "too_old")


def _dropped(release_id: str, command_id: str, reason: str) -> Command:
    return messages.FinishDrawerRelease(
        command_id=command_id, release_id=release_id, is_sent=False, reason=reason
    )
