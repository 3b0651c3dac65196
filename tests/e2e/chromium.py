"""Which browser the tests drive: the one of this machine."""

import os
import shutil


def find_chromium() -> str:
    named = os.environ.get("EVENTSYNC_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "No Chromium was found: apt install chromium, or set EVENTSYNC_CHROMIUM."
    return found
