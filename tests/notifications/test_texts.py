"""Text messages as a gateway gets them, and what its answers, or their lack, make of a delivery."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Job
from notifications import carrying, deliveries, owing, tasks
from notifications.links import link_of
from notifications.models import Delivery
from notifications.push.rules import TRIES, WAITS, Outcome
from notifications.rules import State
from notifications.sms import posting, rules
from notifications.sms.sending import Texts
from tests.cast import NOON
from tests.log_lines import collected
from tests.notifications.carried import HOUR, NUMBER, due_by, reachable, used
from tests.notifications.pushing import became
from tests.notifications.sms_gateway import LOST, SLOW, TORN, signed_in
from tests.ports import free_port

TEXT = "Games\nSwim: another place\nSaturday 4 July, 1 pm. Stage. Please go to the new place."


@pytest.fixture
def family(games):
    return reachable(games.event)


def send(family) -> int:
    return carrying.send_due(family.event_id, Texts())


def again(family) -> int:
    """After all that waits has waited long enough."""
    Delivery.objects.update(due_at=timezone.now())
    return send(family)


def test_gateway_gets_the_whole_notice(gateway, family):
    owed = due_by("sms", family)
    assert send(family) == 1
    [(path, headers, told)] = gateway.asked
    assert (path, headers["idempotency-key"]) == ("/send", str(owed.pk))
    assert told == {"to": NUMBER, "text": TEXT, "from": "Games", "id": str(owed.pk)}
    row = became(owed)
    assert (row.state, row.status, row.units, row.attempts, row.error) == ("accepted", 201, 1, 1, "")
    assert row.accepted_at is not None
    assert (send(family), used(family.event, "sms")) == (0, 1)


@pytest.mark.parametrize("form", [True, False])
def test_gateway_of_ones_own_is_asked_in_its_own_words(gateway, family, settings, form):
    fields = {"to": "number", "text": "body", "from": "sender", "id": "reference"}
    settings.SMS = replace(settings.SMS, fields=fields, form=form, password="a token")
    owed = due_by("sms", family)
    send(family)
    [(_, headers, told)] = gateway.asked
    assert told == {"number": NUMBER, "body": TEXT, "sender": "Games", "reference": str(owed.pk)}
    assert signed_in(headers) == "a token"


@pytest.mark.parametrize(("sender", "field"), [("+358407654321", "From"), ("MG" + "a" * 32, "MessagingServiceSid")])
def test_twilio_is_asked_as_it_wants_it(gateway, family, settings, sender, field):
    twilio = {"gateway": "twilio", "url": gateway.origin, "user": "AC1", "password": "secret", "sender": sender}
    settings.SMS = replace(settings.SMS, **twilio)
    due_by("sms", family)
    send(family)
    [(path, headers, told)] = gateway.asked
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert signed_in(headers) == "AC1:secret"
    assert 3500 < int(told.pop("ValidityPeriod")) <= 3600
    assert told == {"To": NUMBER, field: sender, "Body": TEXT}


@pytest.mark.parametrize(
    ("status", "state", "error"),
    [
        (400, "failed_perm", "The gateway answered 400 (21211)."),
        (422, "failed_perm", "The gateway answered 422."),
        (429, "failed_temp", "The gateway answered 429."),
        (503, "failed_temp", "The gateway answered 503."),
    ],
)
def test_what_the_gateway_did_not_take_costs_nothing(gateway, family, status, state, error):
    gateway.says, gateway.retry_after = [status], "600"
    owed = due_by("sms", family)
    send(family)
    row = became(owed)
    assert (row.state, row.status, row.error, row.units) == (state, status, error, 0)
    assert used(family.event, "sms") == 0
    if state == "failed_temp":
        assert row.due_at - row.changed_at >= timedelta(seconds=600)
        gateway.says = [201]
        assert again(family) == 1
        assert (became(owed).state, gateway.counts) == ("accepted", {1: 1})


@pytest.mark.parametrize("status", [302, 401, 403, 404])
def test_our_own_fault_is_an_alert(gateway, family, status):
    gateway.says = [status]
    owed = due_by("sms", family)
    send(family)
    assert became(owed).state == "failed_temp"
    assert [(each.kind, each.subject) for each in Alert.objects.all()] == [("sms_refused", gateway.origin[7:])]
    assert NUMBER not in Alert.objects.get().message


@pytest.mark.parametrize("says", [LOST, TORN, SLOW, 500, 502, 504])
def test_lost_answer_is_uncertain_and_nothing_is_sent_twice(gateway, family, says, monkeypatch):
    monkeypatch.setattr(posting, "PATIENCE", 0.3)
    gateway.says = [says]
    owed = due_by("sms", family)
    send(family)
    assert (became(owed).state, became(owed).units, used(family.event, "sms")) == ("uncertain", 1, 1)
    gateway.says = [201]
    assert again(family) == 0
    assert gateway.counts == ({1: 1} if says == LOST else {})


def test_lost_answer_of_what_is_critical_is_sent_again_and_shown_as_such(gateway, family, time_machine):
    time_machine.move_to(NOON)
    gateway.says = [LOST, 201]
    owed = due_by("sms", family, importance="critical")
    assert send(family) == 1
    row = became(owed)
    assert (row.state, row.due_at - row.changed_at >= WAITS[0]) == ("uncertain", True)
    assert send(family) == 0  # not before its time
    assert again(family) == 1
    row = became(owed)
    assert (row.state, row.get_why_display()) == (
        "accepted",
        "It is about safety, and no answer came the first time: it may have arrived twice.",
    )
    assert gateway.taken == {NUMBER: [f"{TEXT}\n{link_of(owed.pk)}"] * 2}
    assert {headers["idempotency-key"] for _, headers, _ in gateway.asked} == {str(owed.pk)}
    assert used(family.event, "sms") == 2


def test_nobody_gets_the_same_more_than_three_times(gateway, family):
    gateway.says = [LOST]
    owed = due_by("sms", family, importance="critical")
    for _ in range(5):
        again(family)
    assert (became(owed).state, gateway.counts) == ("uncertain", {deliveries.MOST_UNSURE: 1})
    assert deliveries.next_due(family.event_id, on="sms", now=timezone.now()) is None


def test_dead_gateway_is_tried_again(gateway, family, settings):
    settings.SMS = replace(settings.SMS, url=f"http://127.0.0.1:{free_port()}/")
    owed = due_by("sms", family)
    send(family)
    row = became(owed)
    assert (row.state, row.error) == ("failed_temp", "The gateway could not be reached.")
    assert used(family.event, "sms") == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_gateway_in_our_own_network_must_be_allowed(gateway, family, settings, host):
    settings.SMS = replace(settings.SMS, private=False, url=f"{gateway.origin.replace('127.0.0.1', host)}/send")
    owed = due_by("sms", family)
    send(family)
    assert (became(owed).state, gateway.asked) == ("failed_temp", [])


@pytest.mark.parametrize("change", [{"phone": ""}, {"phone": "+358400000000"}])
def test_whoever_took_their_number_away_gets_none_that_was_planned_before(gateway, family, change):
    owed = due_by("sms", family)
    type(family).objects.update(**change)
    send(family)
    assert (became(owed).state, became(owed).error) == ("failed_perm", carrying.UNWANTED)
    assert gateway.asked == []


def test_where_text_messages_were_switched_off_none_goes_out(gateway, family, settings):
    owed = due_by("sms", family)
    settings.SMS = replace(settings.SMS, gateway="none")
    send(family)
    assert (became(owed).state, gateway.asked) == ("failed_perm", [])


def test_demo_writes_them_to_a_file(family, settings, tmp_path):
    settings.SMS, settings.VAR_DIR = replace(settings.SMS, gateway="file"), tmp_path
    owed = due_by("sms", family)
    send(family)
    assert became(owed).state == "accepted"
    file = tmp_path / "sms.txt"
    assert NUMBER in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_demo_writes_them_to_the_console_without_the_number(family, settings, capsys):
    settings.SMS = replace(settings.SMS, gateway="console")
    due_by("sms", family)
    send(family)
    assert capsys.readouterr().err == f"A text message to …67:\n{TEXT}\n"


def test_nobodys_number_is_in_the_log_or_kept(gateway, family):
    """Whatever the gateway repeats of it."""
    gateway.says = [400, 403, 500, LOST, 201]
    with collected() as lines:
        for _ in range(5):
            due_by("sms", family)
        send(family)
        told = lines.all("notice.carried")
    assert sorted(str(each["became"]) for each in told) == sorted(
        ["failed_perm", "failed_temp", "uncertain", "uncertain", "accepted"]
    )
    kept = [*Delivery.objects.values_list(), *Alert.objects.values_list(), *Job.objects.values_list(), lines.text]
    assert [each for each in kept if NUMBER[1:] in str(each)] == []


def test_job_sends_and_owes_itself_for_what_waits(gateway, family):
    gateway.says = [429, 201]
    owed = due_by("sms", family)
    owing.owe_delivering(family.event_id, timezone.now(), on="sms")
    queue.run()
    assert Job.objects.get(task=owing.TEXT, state="available").due_at == became(owed).due_at


def test_what_nobody_owes_any_more_is_owed_again(gateway, family):
    due_by("sms", family)
    Delivery.objects.update(due_at=timezone.now() - HOUR)
    tasks.owe_what_was_left(timezone.now())
    queue.run()
    assert gateway.counts == {1: 1}


@pytest.mark.parametrize(
    ("status", "gone", "state", "ours"),
    [
        (200, False, State.ACCEPTED, False),
        (202, False, State.ACCEPTED, False),
        (None, False, State.FAILED_TEMP, False),
        (None, True, State.UNCERTAIN, False),
        (408, False, State.FAILED_TEMP, False),
        (429, False, State.FAILED_TEMP, False),
        (503, False, State.FAILED_TEMP, False),
        (500, False, State.UNCERTAIN, False),
        (504, False, State.UNCERTAIN, False),
        (401, False, State.FAILED_TEMP, True),
        (404, False, State.FAILED_TEMP, True),
        (307, False, State.FAILED_TEMP, True),
        (400, False, State.FAILED_PERM, False),
    ],
)
def test_answer_says_what_becomes_of_it(status, gone, state, ours):
    wait = WAITS[0] if state in {State.FAILED_TEMP, State.UNCERTAIN} else None
    judged = rules.outcome(status, gone=gone, retry_after="", tries=1, now=NOON, dice=0)
    assert judged == Outcome(state, wait=wait, ours=ours)
    last = rules.outcome(status, gone=gone, retry_after="", tries=TRIES, now=NOON, dice=0)
    assert last.state == (State.FAILED_PERM if state == State.FAILED_TEMP else state)
