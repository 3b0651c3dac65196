"""`make bench`: what a push, a pull and a check-in cost. CPU time of the whole request, and ratios; no assertions.

Each figure is the median of several rounds in this process, on a database of its own that is dropped at the end.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=["push", "pull", "browser", []], help="default: all")
    parts = parser.parse_args().parts or ["push", "pull", "browser"]
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

    import django

    django.setup()
    from tests.bench import browser, server

    if {"push", "pull"} & set(parts):
        server.run(parts)
    if "browser" in parts:
        browser.run()


if __name__ == "__main__":
    main()
