"""Registers the tests' tasks in a process that was started with the tests' settings."""

from pathlib import Path

from django.apps import AppConfig


class Tasks(AppConfig):
    name = "tests.faults"
    label = "faults"
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        from tests.faults import tasks

        tasks.register()
