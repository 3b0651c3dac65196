from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notices"

    def ready(self) -> None:
        import_module("notifications.alerts.trying")
        import_module("notifications.budgets.admin")  # parts of the app, where Django does not look by itself
        import_module("notifications.confirming.sending")
        import_module("notifications.failing.letters")
        import_module("notifications.hand.admin")
        import_module("notifications.hand.admin_templates")
        import_module("notifications.ladder.admin")
        import_module("notifications.operations")
        import_module("notifications.pages.menu")
        import_module("notifications.privacy")
        import_module("notifications.push.trying")
        import_module("notifications.rights")
        import_module("notifications.subscribers")
        import_module("notifications.tasks")
        import_module("notifications.traces")
