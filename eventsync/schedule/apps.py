from importlib import import_module

from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "eventsync.schedule"
    verbose_name = "Schedule"

    def ready(self) -> None:
        import_module("eventsync.schedule.links.keeping")
        import_module("eventsync.schedule.privacy")
        import_module("eventsync.schedule.records")
        import_module("eventsync.schedule.rights")
        import_module("eventsync.schedule.staff")
        import_module("eventsync.schedule.tasks")
        import_module("eventsync.schedule.plan.waiting")
