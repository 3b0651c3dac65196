"""Owes jobs in one transaction, as a request does. Arguments: `task=count` or `task=count@partition`. Prints their ids.

Where nobody else does them it stays until the last retry is over.
"""

import os
import sys
import time
from uuid import uuid4

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.utils import timezone

    from eventsync.jobs.models import UNFINISHED, Job
    from eventsync.jobs.queue import enqueue, tick
    from tests.faults.tasks import make_tables

    make_tables()
    with transaction.atomic():
        for each in sys.argv[1:]:
            name, _, rest = each.partition("=")
            count, _, partition = rest.partition("@")
            for _ in range(int(count)):
                sys.stdout.write(f"{enqueue(name, uuid4(), partition=partition).id}\n")
    while settings.BROKER == "inline" and Job.objects.filter(state__in=UNFINISHED).exists():
        tick(now=timezone.now())
        time.sleep(0.1)


if __name__ == "__main__":
    main()
