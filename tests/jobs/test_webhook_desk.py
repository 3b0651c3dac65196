"""Webhooks at the desk: their secrets, their tests and what came of them, switched off and on."""

import json
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs import queue
from eventsync.jobs.models import Job, Sending, Webhook
from eventsync.jobs.webhooks import sending
from tests.cast import Games, Phone
from tests.desk import alice, bob
from tests.jobs.receiver import Receiver
from tests.jobs.test_webhooks import LIST, LOG, Later, _loopback, numbers, receiver, states, tell, webhook

__all__ = ["_loopback", "receiver"]  # fixtures
JOBS = "/admin/jobs/job/"


def test_secret_is_shown_once_and_test_arrives(receiver: Receiver) -> None:
    desk = alice()
    said = {"name": "Transport", "url": receiver.url, "event_id": "", "names": ["people_arrived"]}
    page = desk.post(f"{LIST}add/", said, follow=True).content.decode()
    hook = Webhook.objects.get()
    assert (hook.secret in page, hook.names) == (True, ["people_arrived"])
    assert hook.secret not in desk.get(f"{LIST}{hook.pk}/change/").content.decode()
    desk.post(LIST, {"action": "test", "_selected_action": [hook.pk]})
    queue.run()
    assert json.loads(receiver.heard[0][1])["type"] == "eventsync.test.v1"
    assert desk.get(LOG).status_code == 200


def test_webhook_that_is_added_at_the_desk_hears_of_the_next_that_happens(
    games: Games, phone: Phone, receiver: Receiver
) -> None:
    first, second = phone.arrive(games.people[0]), phone.arrive(games.people[1])
    phone.push(first)
    alice().post(f"{LIST}add/", {"name": "Kitchen", "url": receiver.url, "event_id": "", "names": ["people_arrived"]})
    phone.push(second)
    queue.run()
    [(_, body)] = receiver.heard
    said = json.loads(body)
    assert (said["type"], said["data"]["operations"]) == ("eventsync.people_arrived.v1", [second["id"]])


def test_what_came_of_a_test_is_on_the_page_of_its_webhook(receiver: Receiver) -> None:
    desk, hook = alice(), webhook(receiver)
    receiver.says = [500, 200]
    away = webhook(receiver, name="Gone", url="http://127.0.0.1:9/")
    page = f"{LIST}{hook.pk}/change/"
    assert "Nothing was sent yet." in desk.get(page).content.decode()
    for each in (hook, away):
        pressed = {"action": "test", "_selected_action": [each.pk], "row": each.pk}
        answer = desk.post(LIST, pressed)
        assert answer["location"] == f"{LIST}{each.pk}/change/"
        queue.run()
    assert "test</a>: Not taken: 500" in desk.get(page).content.decode()
    assert "test</a>: Not taken: It could not be reached" in desk.get(f"{LIST}{away.pk}/change/").content.decode()
    assert desk.get(LIST).content.decode().count("</a>: Not taken: ") == 2
    sending.send_again(Sending.objects.get(webhook=hook))
    queue.run()
    assert "test</a>: Taken (200)." in desk.get(page).content.decode()


def test_page_of_a_webhook_offers_what_can_be_done(receiver: Receiver) -> None:
    desk, hook = alice(), webhook(receiver)
    page = f"{LIST}{hook.pk}/change/"
    offered = {'value="test"': True, 'value="switch_off"': True, 'value="switch_on"': False}
    html = desk.get(page).content.decode()
    assert {each: each in html for each in offered} == offered
    sending.switch_off(hook, why="Moved.")
    html = desk.get(page).content.decode()
    assert {each: each not in html for each in offered} == offered
    told = desk.post(LIST, {"action": "test", "_selected_action": [hook.pk]}, follow=True).content.decode()
    assert ("0 webhooks were sent a test." in told, "Switch it on first." in told) == (True, True)


def test_new_secret_ends_the_old_one(receiver: Receiver) -> None:
    hook = webhook(receiver)
    page = alice().post(LIST, {"action": "renew", "_selected_action": [hook.pk]}, follow=True).content.decode()
    old = hook.secret
    hook.refresh_from_db()
    assert (hook.secret != old, hook.secret in page) == (True, True)


def test_taken_is_sent_again_when_somebody_asks(receiver: Receiver) -> None:
    webhook(receiver)
    tell(1)
    queue.run()
    alice().post(LOG, {"action": "send_again", "_selected_action": [Sending.objects.get().pk]})
    queue.run()
    assert (numbers(receiver), len(set(receiver.ids))) == ([1, 1], 1)


def test_whoever_asks_waits_for_no_next_try(receiver: Receiver) -> None:
    hook = webhook(receiver)
    receiver.says = [500]
    tell(0)
    tell(1)
    waiting = list(Sending.objects.order_by("id"))
    queue.run()
    receiver.says, tried = [200], len(receiver.heard)
    sending.send_test(hook)
    queue.run()
    assert [json.loads(body)["type"] for _, body in receiver.heard[tried:]] == ["eventsync.test.v1"]
    assert sending.send_again(waiting[1])
    queue.run()
    assert (receiver.ids[tried + 1 :], states()) == ([str(each.id) for each in waiting], ["done"] * 3)


def test_test_that_is_never_taken_switches_nothing_off(receiver: Receiver, later: Later) -> None:
    hook = webhook(receiver)
    receiver.says = [400]
    sending.send_test(hook)
    for _ in sending.POLICY.retries:
        queue.run()
        later(timedelta(hours=30))
    queue.run()
    hook.refresh_from_db()
    assert (states(), hook.off_at) == (["dead"], None)


def test_job_that_is_cancelled_at_the_desk_says_that_it_is_not_sent(receiver: Receiver) -> None:
    hook = webhook(receiver)
    tell(1)
    alice().post(JOBS, {"action": "cancel_selected", "_selected_action": [Job.objects.get().pk]})
    assert Sending.objects.get().outcome == "Discarded."
    sending.switch_off(hook, why="Moved.")
    sending.switch_on(hook)
    queue.run()
    assert numbers(receiver) == []


def test_job_that_is_tried_again_at_the_desk_switches_its_webhook_on(receiver: Receiver) -> None:
    hook = webhook(receiver)
    receiver.says = [410]
    tell(1)
    queue.run()
    receiver.says = [200]
    alice().post(JOBS, {"action": "try_again", "_selected_action": [Job.objects.get().pk]})
    queue.run()
    hook.refresh_from_db()
    assert (numbers(receiver), states(), hook.off_at) == ([1, 1], ["done"], None)


def test_switched_off_and_on_at_the_desk(receiver: Receiver) -> None:
    hook, desk = webhook(receiver), alice()
    tell(1)
    desk.post(LIST, {"action": "switch_off", "_selected_action": [hook.pk]})
    queue.run()
    assert (numbers(receiver), "Switched off by alice." in desk.get(LIST).content.decode()) == ([], True)
    desk.post(LIST, {"action": "switch_on", "_selected_action": [hook.pk]})
    queue.run()
    assert numbers(receiver) == [1]


def test_address_that_is_none_is_explained() -> None:
    page = alice().post(f"{LIST}add/", {"name": "Bad", "url": "ftp://example.org/", "event_id": ""}).content.decode()
    assert "The address must begin with https:// or http://." in page
    assert Webhook.objects.count() == 0


def test_bob_who_may_only_look_changes_nothing(receiver: Receiver) -> None:
    hook = webhook(receiver)
    desk = bob("jobs.view_webhook", "jobs.view_sending")
    assert (desk.get(LIST).status_code, desk.get(f"{LIST}add/").status_code) == (200, 403)
    desk.post(LIST, {"action": "switch_off", "_selected_action": [hook.pk]})
    hook.refresh_from_db()
    assert hook.off_at is None


def test_list_of_webhooks_asks_the_same_for_one_and_for_three(
    receiver: Receiver,
) -> None:
    desk = alice()
    asked = []
    for names in (["A"], ["B", "C"]):
        for name in names:
            sending.send_test(webhook(receiver, name=name))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(LIST).content.decode().count("On its way.") == Webhook.objects.count()
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_what_was_answered_is_for_who_may_see_sendings(receiver: Receiver) -> None:
    hook = webhook(receiver)
    sending.send_test(hook)
    page, told = f"{LIST}{hook.pk}/change/", "On its way."
    sees, not_so = bob("jobs.view_webhook", "jobs.view_sending"), bob("jobs.view_webhook", name="ben")
    assert [told in each.get(page).content.decode() for each in (sees, not_so)] == [True, False]
    assert [told in each.get(LIST).content.decode() for each in (sees, not_so)] == [True, False]


def test_what_is_sent_again_or_waits_for_its_webhook_says_so(receiver: Receiver) -> None:
    hook, desk = webhook(receiver), alice()
    tell(1)
    queue.run()
    row = Sending.objects.get()
    assert row.outcome == "Taken (200)."
    sending.send_again(row)
    assert Sending.objects.get().outcome == "On its way."
    desk.post(LIST, {"action": "switch_off", "_selected_action": [hook.pk]})
    assert Sending.objects.get().outcome == "Waits: its webhook is off."
