"""`manage.py worker`: runs jobs, says that it is alive, and looks for lost ones."""

import ctypes
import itertools
import logging
import os
import signal
import threading
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from eventsync.jobs import asking, picking, processes
from eventsync.jobs.chores import Rota
from eventsync.jobs.models import Worker
from eventsync.jobs.queue import tick
from eventsync.jobs.starting import objection
from eventsync.jobs.supervision import Supervisor
from eventsync.jobs.sweeping import sweep

log = logging.getLogger(__name__)

TICK = 1  # seconds
BEAT = 10  # ticks
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class Command(BaseCommand):
    help = "Runs jobs until it is told to stop (Ctrl-C or SIGTERM)."

    def handle(self, *args: Any, **options: Any) -> None:
        Worker.objects.exists()  # a database that cannot be used at all is said at once
        if (sentence := objection()) is not None:
            raise CommandError(f"The worker cannot start: {sentence}")
        stop = threading.Event()
        os.register_at_fork(after_in_child=_leave_the_group)
        asking.keep_connection()
        supervisor = Supervisor(stop.set)
        with suppress(RuntimeError):  # the broker does not answer yet, which is logged: it is asked again each second
            supervisor.start()
        name = processes.name_of(os.getpid())
        self.stderr.write(f"Worker {processes.shown(name)} is running.")
        try:
            _beat(name, supervisor, stop)
        finally:
            supervisor.stop()
            with suppress(DatabaseError):  # silence says as much, a minute later
                Worker.objects.filter(name=name).delete()
            self.stderr.write(f"Worker {processes.shown(name)} has stopped.")


def _leave_the_group() -> None:
    """A signal for the whole group must reach the main process alone, or the cluster's parts die with its locks held.

    Linux ends each part with its parent, so none is left behind when the main process is killed.
    """
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    asking.keep_none()


def _beat(name: str, supervisor: Supervisor, stop: threading.Event) -> None:
    started_at, rota = timezone.now(), Rota()
    for number in itertools.count():
        now = timezone.now()
        try:
            if number % BEAT == 0:
                _say_alive(name, started_at, now)
                rota.do_due(now)
            supervisor.watch(due=picking.any_unfinished() and _look(supervisor, now))
        except DatabaseError as error:  # locked or gone for a while: the next beat will tell
            log.warning("The worker could not say that it is alive: %s", error)
        except Exception:  # a broker's own errors: what is owed is in the database
            log.warning("The worker could not ask the broker", exc_info=True)
        connection.close_if_unusable_or_obsolete()
        if stop.wait(TICK):
            return


def _say_alive(name: str, started_at: datetime, now: datetime) -> None:
    """And of those on this machine that were killed, that they are not."""
    Worker.objects.update_or_create(name=name, defaults={"started_at": started_at, "heard_at": now})
    gone = [each for each in Worker.objects.values_list("name", flat=True) if processes.is_gone(each)]
    Worker.objects.filter(name__in=gone).delete()


def _look(supervisor: Supervisor, now: datetime) -> bool:
    """Whether anything is due."""
    supervisor.hold(now=now)
    sweep(now=now)
    return tick(now=now)
