from importlib import import_module

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "eventsync.sync"
    verbose_name = "Phones and sync"

    def ready(self) -> None:
        import_module("eventsync.sync.privacy")
        import_module("eventsync.sync.rights")
        import_module("eventsync.sync.tasks")
        import_module("eventsync.sync.measures")
        import_module("eventsync.sync.traces")
        import_module("eventsync.sync.letters")
