from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "eventsync.sync"
    verbose_name = "Phones and sync"
