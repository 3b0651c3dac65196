from importlib import import_module

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "eventsync.control"
    verbose_name = "Control room"

    def ready(self) -> None:
        import_module("eventsync.control.rights")
        import_module("eventsync.control.measures")
        import_module("eventsync.control.privacy")
        import_module("eventsync.control.tasks")
        import_module("eventsync.control.absence")
        import_module("eventsync.control.subscribers")
        import_module("eventsync.control.desk")
        import_module("eventsync.control.drills.tasks")
        import_module("eventsync.control.inbox.together")
