"""Webhooks are the whole event’s: its owner and managers make and steer them, and read what was sent."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs.models import Job, Sending, Webhook
from eventsync.jobs.webhooks.sending import send_test
from tests.access.partitions import CORRELATION, Rows, changed, partitions
from tests.cast import Games
from tests.desk import alice as superuser
from tests.desk import staff

LIST, LOG, INBOX, TRACE = "/admin/jobs/webhook/", "/admin/jobs/sending/", "/control/inbox/", "/control/trace/"


@pytest.fixture
def hooks(committed: None, games: Games) -> Rows:
    """Of the event, of another and of all, each with something that was not taken."""
    of = partitions(games)
    made = {}
    for word in ("whole", "camp", "server"):
        said = {"name": "rain", "url": f"https://rain-{word}.example/", "event_id": of[word].event}
        made[word] = Webhook.objects.create(**said)
        sending = send_test(made[word])
        Job.objects.filter(subject=sending.pk).update(
            state="dead", finished_at=sending.created_at, error=f"rain-{word}", correlation=CORRELATION
        )
    return made


def people(games: Games) -> dict[str, Client]:
    return {
        "alice": staff("alice-owner", Rank.OWNER, games.event),
        "max": staff("max", Rank.MANAGER, games.event),
        "lea": staff("lea", Rank.LEAD, games.event),
        "bob": staff("bob", Rank.MANAGER, games.event, games.hall),
        "charlie": staff("charlie", Rank.VIEWER, games.event),
    }


def told(client: Client, address: str) -> set[str] | int:
    answer = client.get(address)
    found = set(re.findall(r"rain-(\w+)", answer.content.decode()))
    return found if answer.status_code == 200 else answer.status_code


def test_each_is_told_of_what_is_theirs(games: Games, hooks: Rows) -> None:
    ours, nothing = {"whole"}, set[str]()
    jobs, trace = "/admin/jobs/job/", f"{TRACE}?id={CORRELATION}"
    seen = {
        # page: what the owner and a manager, a lead, a manager of one venue and a viewer are told of
        LIST: (ours, ours, 403, 403, 403),
        INBOX: (ours, ours, nothing, nothing, 403),
        jobs: (ours, ours, nothing, nothing, 403),
        trace: (ours, ours, nothing, nothing, 403),
    }
    clients = people(games).values()
    assert {page: tuple(told(each, page) for each in clients) for page in seen} == seen
    sent = Sending.objects.get(webhook=hooks["whole"])
    stories = [each.get(TRACE, {"id": str(sent.pk)}).content.decode() for each in clients]
    assert ["It is to go to rain." in story for story in stories] == [True, True, False, False, False]
    logs = [each.get(LOG) for each in clients]
    counts = [answer.context["cl"].result_count if answer.status_code == 200 else 403 for answer in logs]
    assert counts == [1, 1, 403, 403, 403]


@pytest.mark.parametrize("action", ["switch_off", "renew", "test"])
def test_action_over_all_ids_touches_only_the_events_own(games: Games, hooks: Rows, action: str) -> None:
    body: dict[str, Any] = {"action": action, "_selected_action": [row.pk for row in hooks.values()]}
    before, done = Sending.objects.count(), {}
    for name, client in people(games).items():
        answer = client.post(LIST, body, follow=True)
        more, before = Sending.objects.count() - before, Sending.objects.count()
        done[name] = (changed(hooks), more, "whsec_" in answer.content.decode())
    may = {"switch_off": ({"whole"}, 0, False), "renew": ({"whole"}, 0, True), "test": (set(), 1, False)}[action]
    second = (set(), 0, False) if action == "switch_off" else may
    assert done == {"alice": may, "max": second} | dict.fromkeys(("lea", "bob", "charlie"), (set(), 0, False))


def test_what_was_sent_is_sent_again_by_the_events_own_people(games: Games, hooks: Rows) -> None:
    Sending.objects.update(status=503)
    rows = {row.webhook.url: row for row in Sending.objects.select_related("webhook")}
    body = {"action": "send_again", "_selected_action": [row.pk for row in rows.values()]}
    clients = people(games)
    for name in ("charlie", "bob", "lea", "max"):
        clients[name].post(LOG, body)
        owed = set(Job.objects.filter(state="available").values_list("event_id", flat=True))
        assert (name, owed) == (name, {games.event.pk} if name == "max" else set())


def test_manager_makes_one_for_their_event_only_and_it_stays_there(games: Games, hooks: Rows) -> None:
    clients, other = people(games), hooks["camp"].event_id
    said = {"name": "Transport", "url": "https://bus.example/", "names": ["people_erased"]}
    assert [each.get(f"{LIST}add/").status_code for each in clients.values()] == [200, 200, 403, 403, 403]
    assert "Elsewhere" not in clients["max"].get(f"{LIST}add/").content.decode()
    for event, made in ((other, 0), ("", 0), ("x", 0), (games.event.pk, 1)):
        clients["max"].post(f"{LIST}add/", said | {"event_id": event})
        assert (event, Webhook.objects.filter(name="Transport").count()) == (event, made)
    row = Webhook.objects.get(name="Transport")
    clients["max"].post(f"{LIST}{row.pk}/change/", said | {"name": "Buses", "event_id": other, "event": other})
    row.refresh_from_db()
    assert (row.name, row.event_id, row.names) == ("Buses", games.event.pk, ["people_erased"])


def test_a_name_is_taken_once_at_an_event_and_once_for_all_events(games: Games, hooks: Rows) -> None:
    said, owner, root = {"name": "rain", "url": "https://bus.example/"}, people(games)["alice"], superuser()
    again = owner.post(f"{LIST}add/", said | {"event_id": games.event.pk}).content.decode()
    assert "This event has a webhook of this name already." in again
    assert "for all events already" in root.post(f"{LIST}add/", said | {"event_id": ""}).content.decode()
    Webhook.objects.filter(event_id=games.event.pk).delete()
    assert owner.post(f"{LIST}add/", said | {"event_id": games.event.pk}).status_code == 302


def test_dead_letter_of_a_webhook_is_dealt_with_by_the_events_managers(games: Games, hooks: Rows) -> None:
    letters: dict[UUID | None, Job] = {row.event_id: row for row in Job.objects.filter(state="dead")}
    clients = people(games)
    said = {"discard": "", "reason": "Over."}
    answers = {
        name: [client.post(f"{INBOX}webhook/{letters[hook.event_id].pk}/", said).status_code for hook in hooks.values()]
        for name, client in clients.items()
    }
    assert answers == {"alice": [302, 404, 404], "max": [302, 404, 404]} | dict.fromkeys(
        ("lea", "bob", "charlie"), [404] * 3
    )
