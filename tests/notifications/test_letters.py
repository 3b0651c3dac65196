"""What failed for good is a letter in the inbox, with an alert; what people do not want any more is neither."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.inbox import acting
from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from eventsync.jobs.seeing.letters import Fate, sources
from notifications import carrying, deliveries
from notifications.addresses import digest_of
from notifications.confirming import codes
from notifications.failing import keeping
from notifications.failing.rules import Failure, failure_of
from notifications.failing.words import HELPS
from notifications.links import key_of
from notifications.mail.sending import Mails
from notifications.models import CallTask, Channel, ChannelBudget, Delivery, Recipient, Subscription
from notifications.plan import telling
from notifications.push import sending
from notifications.push.rules import TRIES
from notifications.rules import State
from notifications.sms.sending import Texts
from tests.cast import NOON, Games, make_games
from tests.desk import staff
from tests.notifications.carried import ADDRESS, NUMBER, due_by, reachable
from tests.notifications.families import add_browser, make_notice, make_recipient, owe
from tests.notifications.pushing import HOUR, became, due, join
from tests.notifications.sms_gateway import LOST
from tests.together import together

PAGE = "/control/inbox/"
SENT = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
DISCARDED = "Discarded: it is not sent. It is kept in the list of deliveries, with your reason."
AGAIN = "It goes out again, under the same id."


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    """No quiet hours."""
    time_machine.move_to(NOON)


@pytest.fixture
def family(games: Games) -> Recipient:
    return reachable(games.event, groups=["Finland"])


@pytest.fixture
def lead(games: Games) -> Client:
    return staff("lea", Rank.LEAD, games.event)


def read(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def listed(client: Client, q: str = "") -> list[str]:
    return re.findall(r'<h2><a href="/control/inbox/notice/([^"]+)/">', read(client, f"{PAGE}?kind=notice&q={q}"))


def act(client: Client, row: Delivery, **said: str) -> str:
    """What the page says afterwards."""
    answer = client.post(f"{PAGE}notice/{row.pk}/", said, follow=True)
    assert answer.status_code == 200
    [told] = re.findall(r'<li class="(?:success|warning)">(.*?)</li>', html.unescape(answer.content.decode()))
    return str(told)


def dealt_with(state: str) -> str:
    return f"Nothing was done: it was dealt with before. It is now: {state.rstrip('.')}."


def opened() -> list[tuple[str, str, int]]:
    return list(Alert.objects.filter(cleared_at=None).order_by("pk").values_list("kind", "subject", "count"))


def text(family: Recipient) -> None:
    carrying.send_due(family.event_id, Texts())


def failed(family: Recipient, **said: Any) -> Delivery:
    """A text message that the gateway refused. Without its alert."""
    row = due_by("sms", family, **said)
    answered = {"status": 400, "error": "The gateway answered 400 (21211).", "attempts": 1}
    Delivery.objects.filter(pk=row.pk).update(state=State.FAILED_PERM, **answered)
    return became(row)


# What becomes a letter


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


def test_replay_sends_it_again_once_under_its_id(gateway, family, lead):
    gateway.says = [400, 201]
    owed = due_by("sms", family)
    text(family)
    assert act(lead, owed, replay="") == AGAIN
    assert act(lead, owed, replay="") == dealt_with("Goes out now")
    assert opened() == []
    queue.run()
    assert act(lead, owed, replay="") == dealt_with("Handed over")
    queue.run()
    row = became(owed)
    assert (row.state, row.attempts, row.units, gateway.counts) == ("accepted", 1, 1, {1: 1})
    assert {told["id"] for _, _, told in gateway.asked} == {str(owed.pk)}
    assert Alert.objects.get().cleared_by == "lea"


@pytest.mark.django_db(transaction=True)
def test_two_who_replay_at_once_send_it_once(gateway, games):
    owed = failed(reachable(games.event))
    staff("lea", Rank.LEAD, games.event)

    def replay() -> bool:
        user, row = User.objects.get(username="lea"), Delivery.objects.get(pk=owed.pk)
        return acting.replay(user, sources["notice"], row).done

    assert sorted(together([replay, replay])) == [False, True]
    queue.run()
    assert gateway.counts == {1: 1}


def test_one_that_fails_again_is_a_letter_again_and_an_alert(gateway, family, lead):
    gateway.says = [400, 422]
    owed = due_by("sms", family)
    text(family)
    act(lead, owed, replay="")
    queue.run()
    assert listed(lead) == [str(owed.pk)]
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert "Try 1: The gateway answered 400 (21211)." in page
    assert "Try 2: The gateway answered 422." in page
    assert opened() == [("notice_failed", "sms", 1)]
    assert Alert.objects.count() == 2


def test_it_has_all_its_tries_before_it_again(gateway, family, lead):
    gateway.says = [503]
    owed = due_by("sms", family)
    for _ in range(TRIES):
        Delivery.objects.update(due_at=timezone.now())
        text(family)
    act(lead, owed, replay="")
    text(family)
    assert (became(owed).state, became(owed).attempts) == ("failed_temp", 1)


def test_what_may_be_there_already_is_not_sent_any_more_often(gateway, family, lead):
    gateway.says = [LOST]
    owed = due_by("sms", family, importance="critical")
    for _ in range(deliveries.MOST_UNSURE - 1):
        Delivery.objects.update(due_at=timezone.now())
        text(family)
    Delivery.objects.update(due_at=timezone.now())
    gateway.says = [400, LOST]
    text(family)
    assert listed(lead) == [str(owed.pk)]
    act(lead, owed, replay="")
    for _ in range(3):
        text(family)
        Delivery.objects.update(due_at=timezone.now())
    assert (became(owed).state, gateway.counts) == ("uncertain", {deliveries.MOST_UNSURE: 1})


def expire(owed: Delivery) -> None:
    owed.notice.expires_at = timezone.now()
    owed.notice.save()


def say_anew(owed: Delivery) -> None:
    newer = make_notice(owed.notice.event, activities=["1", "2"], expires_at=NOON + HOUR)
    telling.plan(newer, [owed.recipient], now=timezone.now())


def read_it(owed: Delivery) -> None:
    rest = {"channel": Channel.IN_APP, "state": State.ACCEPTED, "due_at": NOON, "changed_at": NOON}
    line = Delivery.objects.create(notice=owed.notice, recipient=owed.recipient, **rest)
    deliveries.heard(line, State.ACKNOWLEDGED, now=timezone.now())


def call(owed: Delivery) -> None:
    times = {"due_at": NOON, "made_at": NOON, "changed_at": NOON, "tries": 1, "last": "reached"}
    CallTask.objects.create(notice=owed.notice, recipient=owed.recipient, state="reached", **times)


def take_away(owed: Delivery) -> None:
    codes.take_away(owed.recipient, Channel.SMS)


OVER: list[tuple[Callable[[Delivery], None], str]] = [
    (expire, "It is of no use any more."),
    (read_it, "They have read it elsewhere."),
    (call, "Somebody has called them."),
    (take_away, "They have taken that number or address away."),
]


@pytest.mark.parametrize(("happen", "why"), OVER)
def test_replay_of_what_is_of_no_use_any_more_is_too_late(gateway, family, lead, happen, why):
    owed = failed(family)
    keeping.tell(family.event_id, "sms", now=timezone.now())
    happen(owed)
    assert act(lead, owed, replay="") == f"Nothing was done: it is too late. {why}"
    assert act(lead, owed, replay="") == dealt_with(why)
    queue.run()
    assert (listed(lead), opened(), gateway.asked, became(owed).state) == ([], [], [], "failed_perm")


@pytest.mark.parametrize(("happen", "why"), OVER)
def test_what_is_of_no_use_any_more_bothers_nobody(family, lead, happen, why):
    owed, other = failed(family), failed(reachable(family.event, phone="+358400000000"))
    for _ in range(2):
        keeping.tell(family.event_id, "sms", now=timezone.now())
    happen(owed)
    keeping.end_what_is_over(timezone.now())
    assert (listed(lead), opened()) == ([str(other.pk)], [("notice_failed", "sms", 2)])
    assert (became(owed).closed_why, became(owed).closed_by) == (why, "")
    expire(other)
    keeping.end_what_is_over(timezone.now())
    assert (listed(lead), opened(), Alert.objects.get().cleared_by) == ([], [], "")


def test_what_a_newer_notice_says_is_not_sent_again(gateway, family, lead):
    owed = failed(family, activities=["1"])
    say_anew(owed)
    assert listed(lead) == []
    assert act(lead, owed, replay="") == dealt_with(keeping.NEWER)


def test_it_goes_to_the_number_that_they_have_by_now(gateway, family, lead):
    owed = failed(family)
    Recipient.objects.update(phone="+358400000000")
    assert act(lead, owed, replay="") == AGAIN
    queue.run()
    assert list(gateway.taken) == ["+358400000000"]


def test_where_the_same_went_already_it_does_not_go_twice(gateway, family, lead):
    owed = failed(family)
    Recipient.objects.update(phone="+358400000000")
    made = {"channel": "sms", "endpoint": digest_of("+358400000000"), "due_at": NOON, "changed_at": NOON}
    Delivery.objects.create(notice=owed.notice, recipient=family, state=State.ACCEPTED, **made)
    assert act(lead, owed, replay="").startswith("Nothing was done: there is nowhere to send it")


@pytest.mark.parametrize("wishes", [{"timing": "in_the_app"}, {"news": "safety"}])
def test_whoever_does_not_want_such_any_more_does_not_get_it(gateway, family, lead, wishes):
    owed = failed(family)
    Recipient.objects.update(**wishes)
    assert act(lead, owed, replay="").startswith("Nothing was done: they want such news only in their list")
    assert listed(lead) == [str(owed.pk)]


def test_at_night_it_waits_for_the_morning(gateway, family, lead, time_machine):
    time_machine.move_to(NOON + 9 * HOUR)
    owed, early = failed(family, expires_at=NOON + 24 * HOUR), failed(family)
    now = failed(family, importance="critical")
    assert act(lead, owed, replay="") == "It goes out at 07:00, under the same id."
    assert act(lead, early, replay="") == (
        "Nothing was done: it may not go out before 07:00, and is of no use by then."
    )
    assert act(lead, now, replay="") == AGAIN
    assert [became(each).state for each in (owed, early, now)] == ["held", "failed_perm", "queued"]


def test_after_four_on_a_day_it_is_not_one_more(gateway, family, lead):
    owed = failed(family)
    for _ in range(4):
        due_by("sms", family)
    Delivery.objects.exclude(pk=owed.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    assert act(lead, owed, replay="").startswith("Nothing was done: they were sent four today.")
    assert listed(lead) == [str(owed.pk)]


@pytest.mark.parametrize(
    ("state", "closed", "fate"),
    [
        (State.FAILED_PERM, False, Fate.FAILED),
        (State.FAILED_PERM, True, Fate.WELL),
        (State.FAILED_TEMP, False, Fate.FAILED),
        (State.OVER_BUDGET, False, Fate.FAILED),
        (State.QUEUED, False, Fate.WAITING),
        (State.HELD, False, Fate.WELL),
        (State.ACCEPTED, False, Fate.WELL),
    ],
)
def test_a_replay_of_many_stops_where_they_fail_again(family, state, closed, fate):
    owed = failed(family)
    said = {"closed_at": NOON, "closed_why": "Over."} if closed else {}
    Delivery.objects.update(state=state, **said)
    assert sources["notice"].fates([str(owed.pk)]) == {str(owed.pk): fate}


# Discard


def test_discard_keeps_the_reason_and_who_gave_it(gateway, family, lead):
    owed = failed(family)
    page = lead.post(f"{PAGE}notice/{owed.pk}/", {"discard": "", "reason": " "}).content.decode()
    assert ("Say why nothing is to be done." in page, listed(lead)) == (True, [str(owed.pk)])
    assert act(lead, owed, discard="", reason="Told by loudspeaker.") == DISCARDED
    row = became(owed)
    assert (row.state, row.closed_by, row.closed_why) == ("failed_perm", "lea", "Told by loudspeaker.")
    state = "Discarded by lea: Told by loudspeaker."
    assert act(lead, owed, discard="", reason="Twice.") == dealt_with(state)
    assert act(lead, owed, replay="") == dealt_with(state)
    assert "Told by loudspeaker." in read(lead, f"/admin/notifications/delivery/{owed.pk}/change/")
    queue.run()
    assert (listed(lead), gateway.asked) == ([], [])


# The alert


def test_alert_is_raised_once_for_all_that_fail_at_once_counted_up_and_ends_with_the_last(gateway, games, lead):
    gateway.says = [400]
    owed = [due_by("sms", reachable(games.event, phone=f"+35840000000{number}")) for number in range(3)]
    carrying.send_due(games.event.pk, Texts())
    assert opened() == [("notice_failed", "sms", 1)]
    more = due_by("sms", reachable(games.event, phone="+358400000009"))
    carrying.send_due(games.event.pk, Texts())
    alert = Alert.objects.get()
    assert (alert.count, alert.event_id, alert.venue_id) == (2, games.event.pk, None)
    assert alert.message == (
        "Text messages of Games that failed for good and wait in the inbox: 4. The last: The gateway does not take a "
        "text message to one number: most often nobody has that number. The organisers: Tell those groups in another "
        "way, then discard it. If many were refused, ask whoever brings them, then replay them."
    )
    for each in (*owed, more):
        assert len(opened()) == 1
        act(lead, each, discard="", reason="Told.")
    assert (opened(), Alert.objects.get().cleared_by) == ([], "lea")


def test_each_event_and_each_way_has_its_alert(games):
    camp = make_games("camp", people=1).event
    owed = [failed(reachable(games.event)), failed(reachable(camp)), failed(reachable(games.event))]
    Delivery.objects.filter(pk=owed[2].pk).update(channel="email")
    for each in owed:
        keeping.tell(each.notice.event_id, became(each).channel, now=timezone.now())
    found = Alert.objects.order_by("pk").values_list("subject", "event_id", "count")
    assert list(found) == [("sms", games.event.pk, 1), ("sms", camp.pk, 1), ("email", games.event.pk, 1)]
    keeping.close(Delivery.objects.filter(pk=owed[0].pk), "Over.", now=timezone.now())
    keeping.calm(games.event.pk, "sms", now=timezone.now())
    assert [(each.subject, each.event_id) for each in Alert.objects.filter(cleared_at=None).order_by("pk")] == [
        ("sms", camp.pk),
        ("email", games.event.pk),
    ]


def test_alert_ends_when_whoever_it_was_about_has_gone(family):
    failed(family)
    keeping.tell(family.event_id, "sms", now=timezone.now())
    family.delete()
    keeping.end_what_is_over(timezone.now())
    assert opened() == []


def queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def test_each_more_that_fails_costs_what_it_did_before_there_were_letters(gateway, service, games):
    """The same statement that writes down what was answered; and of a text message those that give its money back."""
    gateway.says, pushed, texted = [400], [], []
    keeping_browsers = [service.browser(405) for _ in range(5)]
    for count in (1, 1, 3):  # the first finds neither an alert nor a budget
        for _ in range(count):
            family = reachable(games.event, phone=f"+35840000{Recipient.objects.count():04}")
            due_by("sms", family)
            joined = join(family, keeping_browsers.pop(), digest=f"{Subscription.objects.count():064}")
            due(family, endpoint=joined.digest)
        pushed.append(queries(lambda: sending.send_due(games.event.pk)))
        texted.append(queries(lambda: carrying.send_due(games.event.pk, Texts())))
    assert (pushed[2] - pushed[1], texted[2] - texted[1]) == (2 * 1, 2 * 4)
    assert [(subject, count) for _, subject, count in opened()] == [("push", 3), ("sms", 3)]


# Who may


def test_each_sees_and_replays_what_is_of_their_event(gateway, games, lead):
    camp = make_games("camp", people=1)
    owed, theirs = failed(reachable(games.event)), failed(reachable(camp.event))
    assert listed(lead) == [str(owed.pk)]
    other = staff("olli", Rank.LEAD, camp.event)
    assert listed(other) == [str(theirs.pk)]
    address = f"{PAGE}notice/{owed.pk}/"
    assert [other.get(address).status_code, other.post(address, {"replay": ""}).status_code] == [404, 404]
    at_hall = staff("vic", Rank.LEAD, games.event, games.hall)
    assert (listed(at_hall), "Replay it" in read(at_hall, address)) == ([str(owed.pk)], False)
    assert at_hall.post(address, {"replay": ""}).status_code == 403
    viewer = staff("vera", Rank.VIEWER, games.event)
    assert viewer.get(address).status_code == 404
    assert "notice/" not in viewer.get(PAGE).content.decode()
    assert became(owed).state == "failed_perm"
    assert act(lead, owed, replay="") == AGAIN
