from importlib import import_module

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "eventsync.access"
    verbose_name = "Access"

    def ready(self) -> None:
        import_module("eventsync.access.privacy")
