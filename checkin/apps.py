from importlib import import_module

from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "checkin"
    verbose_name = "Check-in"

    def ready(self) -> None:
        import_module("checkin.delegations")
        import_module("checkin.operations")
        import_module("checkin.conflicts.operations")
        import_module("checkin.safety.operations")
        import_module("checkin.privacy.holdings")
        import_module("checkin.privacy.bare")
        import_module("checkin.privacy.late")
        import_module("checkin.records")
        import_module("checkin.rights")
        import_module("checkin.tasks")
