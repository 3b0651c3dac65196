"""A row of everything that has a page in admin, of one event; and the addresses of all those pages."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile

from checkin import guardians, roster
from checkin.models import Credential, Person, RosterImport, SafetyAccess, SafetyEntry
from eventsync.access import audit
from eventsync.access.ranks import Rank
from eventsync.jobs.approvals.models import Approval
from eventsync.jobs.models import Alert, Job, Webhook, Worker
from eventsync.jobs.webhooks.sending import send_test
from eventsync.schedule.links.making import Wanted, make
from eventsync.schedule.links.opening import open_link
from eventsync.schedule.models import FamilyLink, OwnSymbol, StaffRole, Term
from eventsync.sync.models import Device, OutboxImport
from notifications.models import CallTask, ChannelBudget, Notice, Template
from tests.cast import NOON, Games, make_phone
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.writing import written
from tests.schedule.plan.plans import make_day, release

MISSING = {"UUIDField": str(uuid.UUID(int=1)), "AutoField": "987654", "BigAutoField": "987654", "CharField": "nobody"}


def fill(games: Games) -> None:
    """Whoever gives admin a page of a new table adds a row here: what has none cannot be tried."""
    phone, lead, person = make_phone(games, venue=games.hall), make_phone(games, profile="lead"), games.people[0]
    phone.push(phone.arrive(person), phone.arrive(person), phone.arrive("B" * 22), phone.record("strange.kind", {}))
    tried = {"person": str(person.id), "checkpoint": str(games.door.id), "right": False}
    assert lead.push(lead.record("checkin.release_try", tried))[0]["verdict"] == "accepted"
    roster.place_hold(person=person, desk="lead", reason="", by="Maria", now=NOON)
    guardians.give_code(person=person, now=NOON)
    SafetyEntry.objects.create(
        person=person, kind="dietary", text="Nuts", version=1, changed_at=NOON, changed_by="Maria"
    )
    seen = {"by": "user:1", "by_name": "Maria", "at": NOON}
    SafetyAccess.objects.create(event=games.event, person_id=person.id, act="read", **seen)
    RosterImport.objects.create(event=games.event, name="games.csv", file=ContentFile(b"", "games.csv"))
    OutboxImport.objects.create(name="games.ndjson", event_id=games.event.id, device=phone.id, by="maria")
    of = {"event_id": games.event.pk}
    Alert.objects.create(kind="silent", message="Games are silent.", first_at=NOON, last_at=NOON, **of)
    hook = Webhook.objects.create(name="Games", url="https://games.example/", event_id=games.event.pk)
    send_test(hook)
    Job.objects.create(task="test", subject=games.event.id, partition=str(games.event.id), **of)
    asked = {"asked_by": "user:1", "asked_name": "Maria", "asked_at": NOON, "expires_at": NOON + timedelta(days=9999)}
    Approval.objects.create(kind="job", subject=games.event.id, sentence="It waits.", content="{}", **asked, **of)
    Worker.objects.create(name="games", started_at=NOON, heard_at=NOON)
    owner = User.objects.create_user("maria", is_staff=True)
    StaffRole.objects.create(user=owner, event=games.event, rank=Rank.OWNER)
    make_day(games)
    drawn = {"kind": "svg", "drawing": b"<svg/>", "digest": "0" * 32, "credit": "Maria"}
    OwnSymbol.objects.create(event=games.event, key="ball", word="Ball", **drawn)
    Term.objects.create(event=games.event, word="Relay", meaning="One after the other.")
    release(games.event)
    owe(make_notice(games.event), make_recipient(games.event))
    written(games.event)
    Template.objects.create(event=games.event, name="Games bus", language="en", title="Bus", body="It comes.")
    ChannelBudget.objects.create(event=games.event, channel="sms", limit=100)
    called = {
        "notice": Notice.objects.latest("made_at"),
        "recipient": make_recipient(games.event, phone="+358401234567"),
    }
    CallTask.objects.create(due_at=NOON, made_at=NOON, changed_at=NOON, **called)
    wanted = Wanted(nickname="Bear of the Games", symbol="sun", groups=["Norway"])
    [card] = make(event=games.event, wanted=[wanted], by="maria", now=NOON)
    open_link(card.link, phone=uuid.uuid4(), now=NOON)
    Group.objects.create(name="Games")
    audit.note(owner, person, "Looked at by maria.")


def labels() -> list[str]:
    return sorted(model._meta.label_lower for model in admin.site._registry)


def page_of(label: str) -> Any:
    return admin.site.get_model_admin(apps.get_model(label))


def addresses(label: str, key: str) -> list[str]:
    """Of every page of this table, those of one row with this key."""
    page = page_of(label)
    base = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
    routes = [str(each.pattern) for each in page.get_urls()]
    for name in ("object_id", "key", "id"):
        for kind in ("path:", "uuid:", "int:", ""):
            routes = [route.replace(f"<{kind}{name}>", key) for route in routes]
    assert not any("<" in route for route in routes), routes
    return [base + route for route in routes]


def list_of(label: str) -> str:
    return f"/admin/{label.replace('.', '/')}/"


def missing(label: str) -> str:
    return MISSING[apps.get_model(label)._meta.pk.get_internal_type()]


def row_of(games: Games, label: str) -> Any:
    """One of this event, if such rows belong to any."""
    page, rows = page_of(label), apps.get_model(label)._default_manager.all()
    belongs = getattr(page, "belongs", None)
    row = rows.filter(**{belongs.event: games.event.pk}).first() if belongs else rows.first()
    assert row, f"tests.access.everything.fill makes no {label}"
    return row


def bodies(games: Games, label: str) -> Iterator[dict[str, Any]]:
    """What any of the pages could be sent to change something of this event."""
    device, digest = Device.objects.get(event_id=games.event.pk, profile="lead"), "B" * 22
    person = Person.objects.filter(event=games.event).reverse()[0]
    chosen = {"_selected_action": [row_of(games, label).pk], "index": 0, "post": "yes"}
    yield from ({"action": name, **chosen} for name in ("delete_selected", *(page_of(label).actions or [])))
    event = {"event": games.event.pk, "venue": "", "profile": "control", "uses": 1, "hours": 1, "name": "X"}
    yield event | {"post": "yes", "devices": device.pk, "desk": "medical", "reason": "X", "username": "charlie"}
    yield {"digest": digest, "person": person.pk}
    yield from ({word: ""} for word in ("rerun", "discard", "reopen", "import", "withdraw"))
    yield from ({"show": ""}, {"outcome": "reached", "tries": 0}, {"owner": User.objects.get(username="maria").pk})
    yield {"links": FamilyLink.objects.values_list("pk", flat=True)[0]}
    yield {"event": games.event.pk, "nicknames": "X", "symbol": "sun", "a_page": "8"}
    yield {"save": "", "person": person.pk, "kind": "dietary", "text": "X", "expected": 0}
    yield from ({"export": ""}, {"erase": "", "name": "Guest 0", "reason": "X"})
    yield from ({"send": "", "version": 1}, {"undo": ""})
    yield {"keep": person.pk, "into": person.pk, "seen": "", "detach": Credential.objects.values_list("pk")[0][0]}


def stored() -> dict[str, list[Any]]:
    """All rows of all tables, but for who is signed in."""
    models = [model for model in apps.get_models() if model not in {Session, User}]
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in models}
