"""Migrations that write what streams should hold, over a database as an older version left it."""

from importlib import import_module

import pytest
from django.core.management import call_command

from checkin import records
from checkin.conflicts import places, rules
from checkin.models import Conflict
from eventsync.sync.models import Change, StreamHead
from tests.cast import make_games, make_phone
from tests.checkin.walk_ins import arrive, headcount, healthy, merge

BEFORE, TOLD = "0017_phone_names", "0018_streams_told"
MIGRATION = import_module(f"checkin.migrations.{TOLD}")


def migrate(name: str) -> None:
    call_command("migrate", "checkin", name, verbosity=0)


def as_before(patch: pytest.MonkeyPatch) -> None:
    """Leads were not told of merges, and what a merge joined was a conflict."""
    patch.setattr(records, "put_merged", lambda *_: None)
    patch.setattr(rules, "_of_one", lambda arrivals, _: tuple(arrivals) if len(arrivals) > 1 else ())


def live(stream: str) -> list[tuple[str, str]]:
    return list(Change.objects.filter(stream=stream, deleted=False).order_by("kind", "key").values_list("kind", "key"))


@pytest.mark.django_db(transaction=True)
def test_leads_are_told_of_merges_from_before_they_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    games = make_games()
    lead, (whole, *rows) = make_phone(games, profile="lead"), games.people
    stream = f"conflicts:{games.event.id}"
    migrate(BEFORE)
    with monkeypatch.context() as patch:
        as_before(patch)
        lead.push(*(arrive(lead, person.id) for person in games.people))
        lead.push(*(merge(lead, person.id, whole.id, minute=1) for person in rows[:-1]))
    assert [kind for kind, _ in live(stream)] == ["conflict"]
    cursor = lead.pull(stream)[0]["head"]

    monkeypatch.setattr(MIGRATION, "BATCH", 2)
    migrate(TOLD)
    told = sorted(str(person.id) for person in rows[:-1])
    assert live(stream) == [("merged", key) for key in told]
    _, news = lead.pull(stream, after=cursor)
    assert sorted(each["key"] for each in news if not each["deleted"]) == told
    assert (headcount(games.door), healthy(games)) == ((2, 0, 0), [])

    heads = list(StreamHead.objects.order_by("stream").values_list())
    migrate(BEFORE)
    migrate(TOLD)
    assert list(StreamHead.objects.order_by("stream").values_list()) == heads


@pytest.mark.django_db(transaction=True)
def test_leads_are_told_of_places_that_were_taken_before_that_was_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    games = make_games()
    phone = make_phone(games, profile="lead")
    migrate(BEFORE)
    with monkeypatch.context() as patch:
        patch.setattr(places, "taken_twice", lambda *_: None)
        for person in games.people[:2]:
            claim = phone.arrive(person, door=games.gate)
            claim["payload"]["slot"] = "A-1"
            phone.push(claim)
    assert list(Conflict.objects.all()) == []
    migrate(TOLD)
    told = str(Conflict.objects.get().id)
    assert (live(f"conflicts:{games.event.id}"), healthy(games)) == ([("conflict", told)], [])
