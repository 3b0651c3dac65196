"""`make bench`: what a push, a pull and a check-in cost. CPU time of the whole request, and ratios; no assertions.

Each figure is the median of several rounds in this process, on a database of its own that is dropped at the end.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PARTS = ["push", "pull", "memory", "poke", "herd", "jobs", "families", "browser", "camera"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    choices = [*PARTS, "growth", "measures", "erasing", []]
    parser.add_argument(
        "parts", nargs="*", choices=choices, help="default: all but growth, measures and erasing, which fill a database"
    )
    parts = parser.parse_args().parts or PARTS
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

    import django

    django.setup()
    _log_to_nobody()
    from tests.bench import browser, camera, erasing, families, herd, jobs, measures, memory, poke, server

    if {"push", "pull", "growth"} & set(parts):
        server.run(parts)
    if "measures" in parts:
        measures.run()
    if "erasing" in parts:
        erasing.run()
    if "memory" in parts:
        memory.run()
    if "poke" in parts:
        poke.run()
    if "herd" in parts:
        herd.run()
    if "jobs" in parts:
        jobs.run()
    if "families" in parts:
        families.run()
    if "browser" in parts:
        browser.run()
    if "camera" in parts:
        camera.run()


def _log_to_nobody() -> None:
    """What a log costs is measured; its lines would hide the figures."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115 - until the process ends


if __name__ == "__main__":
    main()
