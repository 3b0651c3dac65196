"""Templates that most events need: put in once, then the event's own to change."""

import json
from pathlib import Path

from eventsync.schedule.models import Event
from notifications.models import Template

CATALOGUES = Path(__file__).parent / "catalogues"


def put_in(event: Event) -> int:
    """Those that the event lacks, in its languages; how many."""
    known = set(Template.objects.filter(event=event).values_list("name", "language"))
    codes = dict.fromkeys([event.language, *event.languages])
    new = [each for code in codes for each in _of(event, code) if (each.name, code) not in known]
    return len(Template.objects.bulk_create(new, ignore_conflicts=True))


def _of(event: Event, code: str) -> list[Template]:
    found = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return [
        Template(event=event, name=name, language=code, reviewed=found["reviewed"], **said)
        for name, said in found["templates"].items()
    ]
