"""What says of somebody's safety, was kept aside, and was applied before its bytes went with that."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from eventsync.sync import quarantine
from eventsync.sync.models import Device, Quarantined, Resolution
from tests.cast import make_games
from tests.checkin.safety import INSULIN, NUTS, make_lead

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
BEFORE, FORGOTTEN = "0019_reads_of_nobody", "0020_sealed_bodies"


def migrate(name: str) -> None:
    call_command("migrate", "checkin", name, verbosity=0)


def test_bytes_of_what_was_applied_before_go_and_all_else_stays() -> None:
    games = make_games()
    kiosk = make_lead(games, "kiosk")
    applied, waits = kiosk.propose(INSULIN, "medication"), kiosk.propose(NUTS, "shoes")
    other = kiosk.phone.record("strange.kind", {"note": "by the door"})
    kiosk.phone.push(applied, waits, other)
    rows = {key: Quarantined.objects.get(operation_id=each["id"]) for key, each in
            {"applied": applied, "waits": waits, "other": other}.items()}  # fmt: skip
    Device.objects.update(profile="lead")
    assert quarantine.rerun(rows["applied"], by="maria", now=timezone.now()).applied
    migrate(BEFORE)
    said = {"resolution": Resolution.APPLIED, "resolved_at": timezone.now(), "resolved_by": "maria"}
    Quarantined.objects.filter(pk=rows["applied"].pk).update(body=rows["applied"].body)
    Quarantined.objects.filter(pk=rows["other"].pk).update(**said)
    migrate(FORGOTTEN)
    after = {name: Quarantined.objects.get(pk=row.pk) for name, row in rows.items()}
    assert {name: bytes(row.body) for name, row in after.items()} == {
        "applied": b"", "waits": bytes(rows["waits"].body), "other": bytes(rows["other"].body),
    }  # fmt: skip
    assert INSULIN.encode() in bytes(rows["applied"].body)
    assert [each["text"] for each in kiosk.proposals()] == [INSULIN]
    assert (after["applied"].body_hash, after["applied"].resolution) == (rows["applied"].body_hash, "applied")
