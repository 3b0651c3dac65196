"""`make bench`: what a push, a pull and a check-in cost. CPU time of the whole request, and ratios. A figure is
never wrong; what the herd loses, doubles or leaves unsettled is said at the end, and the status is 1.

Each figure is the median of several rounds in this process, on a database of its own that is dropped at the end.
"""

import argparse
import logging
import os
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OF_SERVER = ["push", "pull", "growth"]
PARTS = ["push", "pull", "memory", "poke", "herd", "jobs", "families", "notices", "browser", "camera"]
OTHERS = {
    "growth": "fills a database",
    "measures": "fills a database",
    "erasing": "fills a database",
    "lighthouse": "downloads it",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told = ", ".join(f"{name} ({why})" for name, why in OTHERS.items())
    parser.add_argument("parts", nargs="*", choices=[*PARTS, *OTHERS, []], help=f"default: all but {told}")
    parts = parser.parse_args().parts or PARTS
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

    import django

    django.setup()
    _log_to_nobody()
    if set(OF_SERVER) & set(parts):
        from tests.bench import server

        server.run(parts)
    wrong: list[str] = []
    for name in (each for each in [*OTHERS, *PARTS] if each in parts and each not in OF_SERVER):
        wrong += import_module(f"tests.bench.{name}").run() or []
    if wrong:
        sys.exit("\n".join(wrong))


def _log_to_nobody() -> None:
    """What a log costs is measured; its lines would hide the figures."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115 - until the process ends


if __name__ == "__main__":
    main()
