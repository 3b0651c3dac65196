from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "eventsync.jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        import_module("eventsync.jobs.rights")
        import_module("eventsync.jobs.seeing.measures")
        import_module("eventsync.jobs.seeing.traces")
        import_module("eventsync.jobs.approvals.jobs")
        import_module("eventsync.jobs.approvals.admin")  # a part of the app, where Django does not look by itself
        import_module("eventsync.jobs.approvals.traces")
        import_module("eventsync.jobs.corrections.proposing")
        import_module("eventsync.jobs.privacy")
        import_module("eventsync.jobs.publishing")
        import_module("eventsync.jobs.retention")
        import_module("eventsync.jobs.webhooks.sending")
        import_module("eventsync.jobs.webhooks.admin")
        import_module("eventsync.jobs.seeing.dead_jobs")
        import_module("eventsync.jobs.webhooks.letters")
        import_module("eventsync.jobs.webhooks.traces")
