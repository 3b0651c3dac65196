from django.apps import AppConfig
from django.utils.module_loading import import_module


class CheckinConfig(AppConfig):
    name = "checkin"
    verbose_name = "Check-in"

    def ready(self) -> None:
        import_module("checkin.operations")
        import_module("checkin.records")
        import_module("checkin.tasks")
