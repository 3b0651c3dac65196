"""A notice that failed is discarded with a reason; its alert comes and goes; each sees their own."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from notifications import carrying
from notifications.failing import keeping
from notifications.models import Delivery, Recipient, Subscription
from notifications.push import sending
from notifications.sms.sending import Texts
from tests.cast import make_games
from tests.desk import staff
from tests.notifications.carried import due_by, reachable
from tests.notifications.failing.letters import (
    AGAIN,
    DISCARDED,
    PAGE,
    act,
    dealt_with,
    failed,
    listed,
    opened,
    read,
)
from tests.notifications.pushing import became, due, join


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


def test_what_went_out_is_written_down_whatever_happens_to_the_others(gateway, family, monkeypatch):
    """Or it would go out again."""
    well, ill = due_by("sms", family), due_by("sms", family)
    gateway.says = [201, 400]

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(keeping, "alert", fail)
    with pytest.raises(RuntimeError):
        carrying.send_due(family.event_id, Texts())
    states = [Delivery.objects.get(pk=each.pk).state for each in (well, ill)]
    assert sorted(states) == ["accepted", "sending"]
