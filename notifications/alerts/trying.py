"""A test: one push to a browser of the staff, so that whoever sits there sees that alerts come, and how they look."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import explain
from notifications.alerts import telling
from notifications.models import AlertBrowser
from notifications.push.payload import packed
from notifications.push.trying import TAG, try_on

TRY = "notifications.try_alerts"


@task(TRY, Policy(announced=False, retries=()))
def send_test(key: UUID) -> None:
    """Nothing to one that has stopped meanwhile, or has not said yet where it is."""
    row = telling.reachable().filter(pk=key).first()
    if row is not None and try_on([row], _says(row)):
        telling.forget_address(row)


def _says(row: AlertBrowser) -> bytes:
    page = settings.BASE_URL + reverse("alert_browsers")
    said = {"title": "This is a test", "body": "Alerts look like this. You do not need to do anything."}
    return packed({"navigate": page, "lang": "en", "dir": "ltr", **said, "tag": TAG, "silent": not row.loud})


explain(
    TRY,
    what="A test of alerts did not go out to a browser of somebody who asked for one.",
    owner="Whoever runs the server",
    step="They press the button again. Discard this.",
    whom="One member of the staff, who pressed the button a moment ago.",
)
