from django.apps import AppConfig
from django.utils.module_loading import import_module


class ScheduleConfig(AppConfig):
    name = "eventsync.schedule"
    verbose_name = "Schedule"

    def ready(self) -> None:
        import_module("eventsync.schedule.records")
