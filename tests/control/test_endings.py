"""The alert of what was kept aside ends with the last of it."""

from django.utils import timezone

from eventsync.control.endings import end_settled
from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from eventsync.sync import quarantine
from eventsync.sync.models import Device, Quarantined
from tests.cast import Games, Phone
from tests.control.letters import kept_aside


def opened() -> list[str]:
    return list(Alert.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_alert_of_records_kept_aside_ends_once_none_is_at_the_event(games: Games, phone: Phone) -> None:
    rows = [kept_aside(phone), kept_aside(phone)]
    queue.run()
    Device.objects.update(venue_id=games.pool.pk)  # its phone is moved meanwhile
    for resolution, left in (("discarded", 1), ("applied", 0)):
        end_settled(timezone.now())
        assert opened() == ["quarantined"]
        Quarantined.objects.filter(pk=rows.pop().pk).update(resolution=resolution)
        end_settled(timezone.now())
        assert len(opened()) == left


def test_a_reopened_record_alerts_again_and_one_settled_since_does_not(phone: Phone) -> None:
    rows = [kept_aside(phone), kept_aside(phone)]
    for row in rows:
        quarantine.discard(row, by="alice", reason="A trial.", now=timezone.now())
    queue.run()
    end_settled(timezone.now())
    assert opened() == []
    for row in rows:
        assert quarantine.reopen(row)
    quarantine.discard(rows[0], by="alice", reason="It is one.", now=timezone.now())
    queue.run()
    alert = Alert.objects.get(cleared_at=None)
    assert (alert.kind, alert.count) == ("quarantined", 1)
