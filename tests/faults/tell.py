"""What happens while workers are at it. Arguments, one or more, each in a transaction of its own:

`tell=N`: so many facts; `fatal=N`: such as kill who acts on them; `hook=URL`: a webhook that hears of them, whose id is
printed; `hasten`: what waits to be tried again is due now, as if that time had gone by, and the seconds are printed;
`on`: all webhooks are switched on again.
"""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from eventsync.jobs.models import Job, Webhook
    from eventsync.jobs.publishing import publish
    from eventsync.jobs.webhooks.sending import switch_on
    from eventsync.schedule.models import Event
    from tests.faults import plates

    if "plates" not in _tables():
        plates.make_tables()
    event = Event.objects.get().pk
    for each in sys.argv[1:]:
        what, _, said = each.partition("=")
        with transaction.atomic():
            if what in {"tell", "fatal"}:
                for number in range(1, int(said) + 1):
                    publish(plates.counted(number, event=event, fatal=what == "fatal"))
            elif what == "hook":
                sys.stdout.write(f"{Webhook.objects.create(name='Kitchen', url=said, names=['plates_counted']).pk}\n")
            elif what == "hasten":
                now, waits = timezone.now(), Job.objects.filter(state=Job.State.RETRY_WAIT)
                sys.stdout.write(f"{sum((job.due_at - now).total_seconds() for job in waits)}\n")
                waits.update(due_at=now)
            elif what == "on":
                for hook in Webhook.objects.all():
                    switch_on(hook)


def _tables() -> list[str]:
    from django.db import connection

    return connection.introspection.table_names()


if __name__ == "__main__":
    main()
