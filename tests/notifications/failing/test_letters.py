"""What failed for good is a letter in the inbox, with an alert; what people do not want any more is neither."""

from dataclasses import replace

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from notifications import carrying
from notifications.addresses import digest_of
from notifications.failing.rules import Failure, failure_of
from notifications.failing.words import HELPS
from notifications.links import key_of
from notifications.mail.sending import Mails
from notifications.models import Channel, ChannelBudget, Delivery, Recipient
from notifications.push import sending
from notifications.push.rules import TRIES
from notifications.rules import State
from notifications.sms.sending import Texts
from tests.notifications.carried import ADDRESS, NUMBER, due_by, reachable
from tests.notifications.failing.letters import (
    AGAIN,
    PAGE,
    SENT,
    act,
    failed,
    listed,
    opened,
    read,
    text,
)
from tests.notifications.families import add_browser, make_recipient, owe
from tests.notifications.pushing import became, due, join


@pytest.mark.parametrize(
    ("says", "tries", "why"),
    [
        (400, 1, Failure.REFUSED),
        (422, 1, Failure.REFUSED),
        (302, TRIES, Failure.OURS),
        (403, TRIES, Failure.OURS),
        (503, TRIES, Failure.AWAY),
    ],
)
def test_text_message_that_failed_for_good_is_a_letter(gateway, family, lead, says, tries, why):
    gateway.says = [says]
    owed = due_by("sms", family)
    for _ in range(tries):
        assert listed(lead) == []
        Delivery.objects.update(due_at=timezone.now())
        text(family)
    assert listed(lead) == [str(owed.pk)]
    told = HELPS[Channel.SMS, why]
    assert f'<a href="/control/inbox/notice/{owed.pk}/">{told.what}</a>' in read(lead)
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert f"<strong>{told.owner}:</strong> {told.step}" in page
    answer = f"The gateway answered {says}{' (21211)' if says == 400 else ''}."
    assert [f"Try {number}: {answer}" in page for number in range(1, tries + 2)] == [True] * tries + [False]
    assert ("notice_failed", "sms", 1) in opened()


def test_e_mail_that_was_refused_is_a_letter(server, family, lead):
    server.refuses = {ADDRESS: 550}
    owed = due_by("email", family)
    carrying.send_due(family.event_id, Mails())
    assert listed(lead) == [str(owed.pk)]
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert HELPS[Channel.EMAIL, Failure.REFUSED].what in page
    assert "Try 1: The mail server answered 550." in page
    assert opened() == [("notice_failed", "email", 1)]


def test_e_mail_to_what_is_no_address_is_a_letter(server, games, lead):
    owed = due_by("email", reachable(games.event, email="ann\nBcc: all@home.example"))
    carrying.send_due(games.event.pk, Mails())
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert HELPS[Channel.EMAIL, Failure.BROKEN].what in page
    assert "home.example" not in page


@pytest.mark.parametrize(
    ("says", "tries", "why"), [(405, 1, Failure.REFUSED), (400, TRIES, Failure.OURS), (503, TRIES, Failure.AWAY)]
)
def test_push_that_failed_for_good_is_a_letter(service, games, lead, says, tries, why):
    family = make_recipient(games.event, browsers=0)
    browser = service.browser(says)
    join(family, browser)
    owed = due(family)
    Delivery.objects.update(attempts=tries - 1)
    sending.send_due(family.event_id)
    assert listed(lead) == [str(owed.pk)]
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert HELPS[Channel.PUSH, why].what in page
    assert f"Try 1: It answered {says}. xxx" in page
    assert browser.endpoint not in page
    assert ("notice_failed", "push", 1) in opened()


def test_push_that_could_not_be_made_readable_is_a_letter(service, games, lead):
    family = make_recipient(games.event, browsers=0)
    join(family, service.browser(), p256dh="AAAA")
    owed = due(family)
    sending.send_due(family.event_id)
    assert HELPS[Channel.PUSH, Failure.BROKEN].what in read(lead, f"{PAGE}notice/{owed.pk}/")
    assert act(lead, owed, replay="").startswith("Nothing was done: there is nowhere to send it")
    browser = service.browser()
    anew = join(family, browser)  # they tapped once more
    assert act(lead, owed, replay="") == AGAIN
    queue.run()
    assert (became(owed).state, became(owed).endpoint, len(browser.pushes)) == ("accepted", anew.digest, 1)


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_what_was_switched_off_while_it_waited_is_a_letter(gateway, server, family, lead, settings, channel):
    owed = due_by(channel, family)
    sms, mail = settings.SMS, settings.MAIL
    settings.SMS, settings.MAIL = replace(sms, gateway="none"), replace(mail, sender="")
    carrying.send_due(family.event_id, Texts() if channel == "sms" else Mails())
    assert became(owed).state == "failed_perm"
    assert HELPS[Channel(channel), Failure.OFF].what in read(lead, f"{PAGE}notice/{owed.pk}/")
    assert opened() == [("notice_failed", channel, 1)]
    assert act(lead, owed, replay="").startswith("Nothing was done: none go out on this way")
    settings.SMS, settings.MAIL = sms, mail
    assert act(lead, owed, replay="") == AGAIN
    queue.run()
    assert became(owed).state == "accepted"


def test_every_failure_has_words_of_its_own():
    told = list(HELPS.values())
    assert len({each.what for each in told}) == len(told)
    assert all(each.what.endswith(".") and each.owner and each.step.endswith(".") for each in told)
    statuses = [None, *range(200, 600)]
    answers = [(way, each, tries) for way in SENT for each in statuses for tries in (1, TRIES)]
    assert {(way, failure_of(way, each, error="", tries=tries)) for way, each, tries in answers} <= HELPS.keys()
    assert failure_of(Channel.PUSH, 413, error="", tries=1) == Failure.TOO_LONG


# What does not


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_no_letter(service, games, lead, status):
    family = make_recipient(games.event, browsers=0)
    join(family, service.browser(status))
    owed = due(family)
    sending.send_due(family.event_id)
    assert (became(owed).state, listed(lead), opened()) == ("failed_perm", [], [])


def test_browser_that_wants_none_any_more_is_no_letter(service, games, lead):
    family = make_recipient(games.event, browsers=0)
    joined = join(family, service.browser())
    owed = due(family)
    joined.delete()
    sending.send_due(family.event_id)
    assert (became(owed).state, listed(lead), opened()) == ("failed_perm", [], [])


@pytest.mark.parametrize("phone", ["", "+358400000000"])
def test_number_that_was_taken_away_or_changed_is_no_letter(gateway, family, lead, settings, phone):
    owed = due_by("sms", family)
    Recipient.objects.update(phone=phone)
    settings.SMS = replace(settings.SMS, gateway="none")  # be it switched off besides
    text(family)
    assert (became(owed).state, became(owed).error) == ("failed_perm", carrying.UNWANTED)
    assert (listed(lead), opened(), gateway.asked) == ([], [], [])


def test_what_is_over_budget_has_alerts_of_its_own(gateway, family, lead):
    ChannelBudget.objects.create(event=family.event, channel="sms", limit=1, used=1)
    owed = due_by("sms", family)
    text(family)
    assert (became(owed).state, listed(lead)) == ("over_budget", [])
    assert [kind for kind, _, _ in opened()] == ["budget_low"]


@pytest.mark.parametrize("state", sorted(set(State) - {State.FAILED_PERM, State.SENDING}))
def test_no_other_state_is_a_letter(family, lead, state):
    owed = failed(family)
    assert listed(lead) == [str(owed.pk)]
    Delivery.objects.update(state=state)
    assert listed(lead) == []
    assert "It waits for nobody any more." in read(lead, f"{PAGE}notice/{owed.pk}/")


# What a letter says


def test_letter_has_the_words_and_the_groups_and_never_who_it_is(gateway, family, lead):
    gateway.says = [400]
    owed = due_by("sms", family, importance="critical")
    owe(owed.notice, add_browser(family).recipient, state=State.ACCEPTED)
    text(family)
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert "One family, or somebody else who hears of Finland; who it is nobody knows." in page
    words = "Games Swim: another place Saturday 4 July, 1 pm. Stage. Please go to the new place.</pre>"
    assert words in page
    assert "Push: Handed over" in page
    assert f"/admin/notifications/delivery/{owed.pk}/change/" in page
    whole = page + read(lead) + Alert.objects.get(kind="notice_failed").message
    hidden = [NUMBER, NUMBER[-4:], ADDRESS, digest_of(NUMBER), key_of(owed.pk)]
    assert [each for each in hidden if each in whole] == []


@pytest.mark.parametrize(
    ("groups", "about"), [(None, "everything"), ([], "what is for everybody"), (["Sweden", "Norway"], "Norway, Sweden")]
)
def test_it_says_of_what_they_hear(games, lead, groups, about):
    owed = failed(reachable(games.event, groups=groups))
    assert f"who hears of {about};" in read(lead, f"{PAGE}notice/{owed.pk}/")


def test_it_is_found_by_its_id_or_its_notices(family, lead):
    owed = failed(family)
    failed(family)
    for asked in (owed.pk, owed.notice_id):
        assert listed(lead, q=str(asked)) == [str(owed.pk)]


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(games, lead, count, django_assert_num_queries):
    for number in range(count):
        failed(reachable(games.event, phone=f"+35840000000{number}"))
    read(lead)
    with django_assert_num_queries(16):
        assert len(listed(lead)) == count


# Replay
