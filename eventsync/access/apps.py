from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "eventsync.access"
    verbose_name = "Access"
