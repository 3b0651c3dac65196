"""The product's settings, with the tasks of the tests. `WORK_INLINE`: who owes a job does it, too.

`WORK_HANDS`: how many processes of a worker do jobs.
"""

import os

from eventsync.settings import *  # noqa: F403 - all of them

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.Tasks"]  # noqa: F405
if "WORK_INLINE" in os.environ:
    BROKER = "inline"
if "WORK_HANDS" in os.environ:
    Q_CLUSTER["workers"] = int(os.environ["WORK_HANDS"])  # noqa: F405
