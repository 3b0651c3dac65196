"""What is held of one person: nobody's table is left out, and an export has all of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from checkin.models import Person, SafetyAccess
from checkin.privacy.exporting import export
from eventsync.jobs.rules import Somebody
from eventsync.privacy import registry
from eventsync.privacy.words import Words
from eventsync.sync.registry import registry as operations
from tests.cast import NOON, Games
from tests.checkin.erasure import CODE, NAME, make_life

PERSON, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
PASSAGE = {"checkpoint": OTHER, "credential": "A" * 22, "method": "scan", "override": NAME}
SAID: dict[str, dict[str, Any]] = {
    "checkin.arrive": PASSAGE,
    "checkin.leave": PASSAGE,
    "checkin.void": {"checkpoint": OTHER, "reason": NAME},
    "checkin.refuse": {"checkpoint": OTHER, "credential": "A" * 22, "reason": NAME, "note": NAME},
    "checkin.hold": {"person": PERSON, "desk": "medical", "reason": NAME},
    "checkin.release": {"person": PERSON, "reason": NAME},
    "checkin.register": {"person": PERSON, "name": NAME, "delegation": NAME, "role": NAME, "code": CODE},
    "checkin.merge": {"person": PERSON, "into": OTHER, "reason": NAME},
    "checkin.confirm": {"person": PERSON},
    "checkin.release_try": {"person": PERSON, "checkpoint": OTHER, "right": True},
    "checkin.propose_safety": {"person": PERSON, "kind": "dietary", "text": NAME},
    "checkin.own": {"conflict": OTHER},
    **{key: {"delivery": OTHER} for key in ("notice.shown", "notice.opened", "notice.read", "notice.help")},
    "checkin.resolve": {
        "conflict": OTHER,
        "resolution": "wristband_swapped",
        "note": NAME,
        "withdraw": ["A" * 22],
    },
}


def test_every_table_says_what_it_holds_of_people_or_why_nothing() -> None:
    """A new table registers in its app's privacy.py: eventsync.privacy.registry."""
    assert registry.unregistered(apps.get_models(include_auto_created=True)) == []


def test_table_that_nobody_registered_is_found() -> None:
    class Diary(models.Model):
        person = models.ForeignKey(Person, on_delete=models.CASCADE)

        class Meta:
            app_label = "checkin"

    try:
        assert registry.unregistered(apps.get_models()) == ["checkin.Diary"]
    finally:
        del apps.all_models["checkin"]["diary"]
        apps.clear_cache()


@pytest.mark.parametrize("kind", sorted(operations.kinds))
def test_operation_of_who_was_erased_says_a_bare_id_and_no_text(kind: str) -> None:
    """A new kind whose payload has a text says in `registry.bares` what is left of it."""
    payload = msgspec.convert(SAID[kind], operations.kinds[kind].payload)
    left = msgspec.json.encode(operations.bare(payload, PERSON)).decode()
    assert [text for text in (NAME, CODE, "A" * 22) if text in left] == []
    assert ("override" in SAID[kind]) == ('"override":""' in left)  # that there was one is a fact


def test_export_has_everything_in_utc(games: Games) -> None:
    life = make_life(games)
    now = datetime(2026, 7, 5, 12, tzinfo=UTC)
    told = export(life.person, by=Somebody("user:1", "Maria"), now=now)
    assert json.loads(json.dumps(told)) == told
    assert (told["format"], told["version"], told["made_at"]) == ("eventsync-person", 1, "2026-07-05T12:00:00.000Z")
    assert {name for name, rows in told["holds"].items() if not rows} == {"jobs", "replays"}
    whole = json.dumps(told, ensure_ascii=False)
    assert [text for text in life.secrets if text not in whole.lower() and text not in whole] == []
    assert told["holds"]["attendance"][0]["at"].endswith("Z")
    assert {"salt", "hash"}.isdisjoint(told["holds"]["release"][0])


def test_export_tells_nothing_of_others(games: Games) -> None:
    life = make_life(games)
    whole = json.dumps(export(life.person, by=Somebody("user:1", "Maria"), now=NOON))
    assert [text for text in ("Guest", games.codes[0], games.digest(0), str(games.people[0].pk)) if text in whole] == []


def test_export_is_noted_as_a_reading_of_safety_data(games: Games) -> None:
    export(games.people[0], by=Somebody("user:1", "Maria"), now=NOON)
    [seen] = SafetyAccess.objects.all()
    assert (seen.act, seen.by, seen.person_id) == ("read", "user:1", games.people[0].pk)


def test_command_writes_a_file(games: Games, tmp_path: Path) -> None:
    call_command("export_person", "0", "--event", "games", "--output", str(tmp_path / "guest.json"))
    told = json.loads((tmp_path / "guest.json").read_text())
    assert told["holds"]["person"][0]["name"] == "Guest 0"
    for args, why in ((("nobody", "--event", "games"), "Nobody"), (("0", "--event", "x"), "no event")):
        with pytest.raises(CommandError, match=why):
            call_command("export_person", *args)


def test_words_are_found_in_every_way_that_json_writes_them() -> None:
    words = Words(["Zoë Ek", "Zoë", 'A"B'])
    assert words.out_of(json.dumps(["zoë ek", 'a"b'])) == '["…", "…"]'
    assert Words().out_of("Zoë") == "Zoë"
