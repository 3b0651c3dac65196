"""`manage.py worker`: runs jobs, says that it is alive, and looks for lost ones."""

import os
import platform
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone
from django_q.cluster import Cluster

from eventsync.jobs.models import Worker
from eventsync.jobs.queue import sweep

BEAT = 10  # seconds


class Command(BaseCommand):
    help = "Runs jobs until it is told to stop (Ctrl-C or SIGTERM)."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def on_signal(number: int, frame: FrameType | None) -> None:
            stop.set()

        cluster = Cluster()
        cluster.start()
        # After start(): the cluster installs handlers of its own.
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        name = f"{platform.node()}:{os.getpid()}"
        started_at = timezone.now()
        self.stderr.write(f"Worker {name} is running.")
        try:
            while True:
                now = timezone.now()
                Worker.objects.update_or_create(name=name, defaults={"started_at": started_at, "heard_at": now})
                sweep(now=now)
                connection.close()
                if stop.wait(BEAT):
                    break
        finally:
            cluster.stop()
            Worker.objects.filter(name=name).delete()
            self.stderr.write(f"Worker {name} has stopped.")
