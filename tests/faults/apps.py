"""Registers the tests' tasks in a process that was started with the tests' settings."""

import os
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig


class Tasks(AppConfig):
    name = "tests.faults"
    label = "faults"
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        from eventsync.jobs import processes, queue, recurring, supervision
        from notifications import deliveries
        from tests.faults import tasks

        tasks.register()
        recurring._all.clear()  # or each worker would do housekeeping beside what a test looks at
        if lease := os.environ.get("NOTICES_LEASE"):  # seconds
            deliveries.LEASE = timedelta(seconds=int(lease))
        if lease := os.environ.get("WORK_LEASE"):  # seconds
            queue.LEASE, supervision.RENEWAL = timedelta(seconds=int(lease)), 1
        if place := os.environ.get("WORK_PLACE"):
            processes._place = lambda: place  # type: ignore[assignment] # as on another machine
