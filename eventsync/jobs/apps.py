from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "eventsync.jobs"
    verbose_name = "Jobs"
