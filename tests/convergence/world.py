"""The world of the machine: one event, its devices, the network between, and what can happen to all of them."""

import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any
from unittest import mock

import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from checkin import roster
from checkin.models import Credential
from eventsync.sync import enrolment, epoch, tombstones
from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Failed
from eventsync.sync.client.outbox import Operation
from eventsync.sync.models import Backup, Quarantined
from eventsync.sync.models import Device as Enrolled
from tests.cast import NOON, Games, Phone, give_code, make_games, make_phone
from tests.convergence import lists
from tests.convergence.acts import FOUND, subject
from tests.convergence.books import Books
from tests.convergence.faults import FaultyNetwork
from tests.convergence.handsets import TABS, Handset
from tests.convergence.stories import another_life
from tests.network import Call, Wire, enrol_again, make_device, run, serve

HANDSETS = 3
ROUNDS = 8  # in which everybody must be quiet once the faults have ended
_caches = count()


class OnDevices(StrEnum):
    """What befalls one device."""

    TIMED_OUT = "a request takes too long"
    SWITCHED_OFF = "it is switched off and on again"
    CLOCK_SLOW = "its clock is set three hours slow"
    CLOCK_RIGHT = "its clock is set right"
    CLOCK_FAST = "its clock is set three hours fast"
    REVOKED = "it is revoked"
    ENROLLED_AGAIN = "it is revoked and enrolled again, its outbox as full as it was"
    EXPORTED = "the next device imports what it holds"


class OnServer(StrEnum):
    """What befalls the server."""

    BACKED_UP = "the database is copied"
    RESTORED = "the newest copy is put back, with a new epoch"
    RESTORED_IN_SILENCE = "the newest copy is put back, and the epoch forgotten"
    ATTACHED = "the code that was found gets its owner"
    PURGED = "a week goes by, and the tombstones of before with it"


_SKEWS = {
    OnDevices.CLOCK_SLOW: timedelta(hours=-3),
    OnDevices.CLOCK_RIGHT: timedelta(),
    OnDevices.CLOCK_FAST: timedelta(hours=3),
}


@contextmanager
def fixed_chances(seed: int) -> Iterator[None]:
    """The same ids in every run, so that a failure is the same failure when it is looked for again."""
    with (
        mock.patch.object(os, "urandom", Random(seed).randbytes),
        mock.patch.object(secrets, "randbits", Random(seed).getrandbits),
    ):
        yield


@dataclass
class Cast:
    """Made once and shared by all examples: each begins with it as it is here."""

    games: Games
    onlooker: Phone
    devices: list[Device]


@contextmanager
def day_of_the_event() -> Iterator[Cast]:
    """The cast, enrolled and up to date, half an hour before noon."""
    start = NOON - timedelta(minutes=30)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with another_life(), fixed_chances(7), time_machine.travel(start, tick=False):
        games = make_games(people=2)
        devices = [make_device(games, Wire(), now=timezone.now) for _ in range(HANDSETS)]
        for device in devices:
            run(device.pull.round())
        yield Cast(games, make_phone(games, name="Onlooker"), devices)


@dataclass
class World:
    """One life of the cast. `limits`: the largest batch of a push, and the size of a page."""

    cast: Cast
    limits: tuple[int, int]
    handsets: list[Handset] = field(init=False)

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(another_life())
        self._stack.enter_context(fixed_chances(8))  # not the cast's: an epoch that comes again is no new one
        self.clock = self._stack.enter_context(time_machine.travel(timezone.now(), tick=False))
        self.games = self.cast.games
        self.books = Books(self.games, self.cast.onlooker)
        self.network = FaultyNetwork(self.clock, self.books.hear)
        self.handsets = [Handset(self.network, self.limits) for _ in self.cast.devices]
        for handset, device in zip(self.handsets, self.cast.devices, strict=True):
            handset.copy_stores(device)
        self.back_up()

    def close(self) -> None:
        for handset in self.handsets:
            handset.close()
        self._stack.close()

    def record(self, number: int, tab: int, verb: str, door: str, who: str, target: int) -> None:
        payload: dict[str, Any] = {"checkpoint": str(getattr(self.games, door).id)}
        refers_to = None
        if verb == "void":
            passages = [key for key, (said, _) in self.books.recorded.items() if said["kind"] != "checkin.void"]
            if not passages:
                return
            refers_to = passages[target % len(passages)]
        elif verb == "register":
            payload = dict(lists.said(verb, who, target, self.games))
        else:
            slot = {"slot": str(target)} if target in {1, 2} else {}
            payload |= {"method": "scan"} | subject(who, self.games) | slot
        handset = self.handsets[number]
        operation = handset.record(tab, f"checkin.{verb}", payload, refers_to=refers_to)
        self.books.recorded[operation["id"]] = (operation, handset.id)

    def carry(self, carrier: int, author: int) -> None:
        """An export of one device is imported by another."""
        for operation in self.handsets[author].outbox.held():
            self.handsets[carrier].outbox.carry({"device": self.handsets[author].id} | operation)

    def reuse_id(self, number: int, index: int) -> None:
        """A faulty device sends another body under an id that is stored: kept aside, and nothing changes."""
        stored = sorted(self.books.stored())
        if not stored:
            return
        operation, author = self.books.recorded[stored[index % len(stored)]]
        forged = operation | {"device": author, "payload": operation["payload"] | {"reason": "another body"}}
        answer = self._send(self.handsets[number], forged)
        if answer is not None:
            assert (answer["verdict"], answer.get("code")) == ("quarantined", "id_reused")
            assert Quarantined.objects.filter(operation_id=operation["id"], code="id_reused").exists()

    def _send(self, handset: Handset, operation: Operation) -> Any:
        headers = {"Authorization": f"Bearer {handset.outbox.recall('token')}", "Content-Type": "application/json"}
        body = json.dumps({"protocol": 1, "operations": [operation]}).encode()
        answer = serve(Call("POST", "/api/v1/push", headers, body))
        return json.loads(answer.body)["results"][0] if answer.status == 200 else None

    def befall(self, number: int, trouble: OnDevices) -> None:
        handset = self.handsets[number]
        match trouble:
            case OnDevices.TIMED_OUT:
                handset.time_out()
            case OnDevices.SWITCHED_OFF:
                handset.start()
            case OnDevices.CLOCK_SLOW | OnDevices.CLOCK_RIGHT | OnDevices.CLOCK_FAST:
                handset.skew = _SKEWS[trouble]
            case OnDevices.REVOKED | OnDevices.ENROLLED_AGAIN:
                enrolment.revoke(Enrolled.objects.get(id=handset.id), now=timezone.now())
                if trouble is OnDevices.ENROLLED_AGAIN:
                    enrol_again(self.games, handset.tabs[0])
            case OnDevices.EXPORTED:
                self.carry((number + 1) % HANDSETS, number)

    def shake(self, trouble: OnServer) -> None:
        match trouble:
            case OnServer.BACKED_UP:
                self.back_up()
            case OnServer.RESTORED | OnServer.RESTORED_IN_SILENCE:
                self.restore(announced=trouble is OnServer.RESTORED)
            case OnServer.ATTACHED:
                self.attach()
            case OnServer.PURGED:
                for handset in self.handsets:
                    handset.time_out_all()  # nobody waits a week for an answer
                self.clock.shift(tombstones.LIFE + timedelta(minutes=1))
                tombstones.purge(now=timezone.now())

    def attach(self) -> None:
        """The code that was found gets its owner."""
        if not Credential.objects.filter(code=FOUND).exists():
            with roster.changing(self.games.event.id) as change:
                give_code(self.games.people[1], FOUND, change)

    def back_up(self) -> None:
        """Copies the database. Not while it is not known to be old: the marker would not have let it start."""
        if self.books.unannounced:
            return
        now = timezone.now()
        self._copy, self._copied = transaction.savepoint(), self.books.life.copy()
        self._copied.backed_up = self.books.life.backed_up = self.books.stored()
        Backup.objects.create(started_at=now, finished_at=now, verified_at=now, path="copy")

    def restore(self, *, announced: bool) -> None:
        """Puts the newest copy back; `announced`: with a new epoch, as one must."""
        transaction.savepoint_rollback(self._copy)
        self.books.begin_anew(self._copied.copy())
        self.books.unannounced = True
        if announced:
            self.announce()
        else:
            cache.key_prefix = f"restored-{os.getpid()}-{next(_caches)}"  # the server was stopped meanwhile
            for handset in self.handsets:
                handset.doubtful = True

    def announce(self) -> None:
        if self.books.unannounced:
            epoch.begin()
            self.books.unannounced = False

    def check(self) -> None:
        self.books.check(self.handsets)

    def heal(self) -> int:
        """The faults end, and all go on by themselves; answers after how many rounds they were quiet."""
        while self.network.echoes:
            self.network.deliver_echo(0)
        for handset in self.handsets:
            handset.finish()
        self.announce()
        self.attach()
        self.clock.shift(timedelta(minutes=11))  # until a checksum that was wrong may be doubted again
        for number in range(1, ROUNDS + 1):
            if self._everybody_syncs(tab=number % TABS):
                return number
        raise AssertionError(f"not quiet after {ROUNDS} rounds")

    def _everybody_syncs(self, *, tab: int) -> bool:
        """Whether nothing was left to do. Who is not known any more is enrolled again by somebody."""
        quiet, before = True, self.books.stored()
        for handset in self.handsets:
            outcomes = [handset.sync(tab, "push")]
            pulled = handset.sync(tab, "pull")  # where a revoked one hears no more than the epoch
            if handset.tabs[tab].unknown:
                enrol_again(self.games, handset.tabs[tab])
            if not self._revoked(handset):
                outcomes.append(pulled)
            quiet &= not handset.outbox.count_unsettled() and not any(isinstance(each, Failed) for each in outcomes)
        return quiet and self.books.stored() == before

    def _revoked(self, handset: Handset) -> bool:
        return Enrolled.objects.filter(id=handset.id, revoked_at__isnull=False).exists()

    def check_all(self) -> None:
        """At the end, when all is quiet."""
        self.check()
        self.books.check_all()
        for handset in self.handsets:
            held = {operation["id"]: operation for operation in handset.outbox.held()}
            for key, operation in held.items():
                said, author = self.books.recorded[key]
                assert {"device": author} | operation == {"device": author} | said
            assert all(handset.held().values())
            if not self._revoked(handset):
                self.books.check_up_to_date(handset)
