import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from checkin import operations
from eventsync.sync.models import Quarantined
from eventsync.sync.quarantine import rerun
from tests.cast import Games, Phone


def said(games: Games, *, code: int = 0) -> Any:
    out, ended = StringIO(), 0
    try:
        call_command("reliability", event=games.event.slug, json=True, stdout=out)
    except SystemExit as end:
        ended = int(str(end.code))
    assert ended == code
    return json.loads(out.getvalue())


def test_reliability_before_anything_came_is_unknown(games: Games) -> None:
    assert said(games) == {"received": 0, "failed": 0, "success": None, "target": 0.999}


def test_reliability_of_a_good_day_is_one_with_the_waits(games: Games, phone: Phone) -> None:
    now = timezone.now()
    phone.push(
        *(phone.arrive(person, at=now - timedelta(minutes=minutes)) for minutes, person in enumerate(games.people))
    )
    found = said(games)
    assert (found["received"], found["failed"], found["success"]) == (5, 0, 1.0)
    assert 120 <= found["p50_seconds"] < 180
    assert 180 <= found["p95_seconds"] < 240  # the fourth of five


def test_reliability_does_not_take_the_time_on_a_paper_list_for_a_wait(games: Games, phone: Phone) -> None:
    now = timezone.now()
    paper = phone.arrive(games.people[0], at=now - timedelta(hours=3))
    paper["payload"]["method"] = "paper"
    phone.push(paper)
    assert said(games) == {"received": 1, "failed": 0, "success": 1.0, "target": 0.999}
    phone.push(phone.arrive(games.people[1], at=now - timedelta(minutes=1)))
    found = said(games)
    assert found["received"] == 2
    assert 60 <= found["p50_seconds"] <= found["p99_seconds"] < 120


def test_reliability_counts_a_failure_of_ours_also_after_its_rerun(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, fresh: Any, changes: Any) -> Any:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(operations.Attendance, "apply", broken)
        phone.push(phone.arrive(games.people[0]))
    phone.push(phone.arrive(games.people[1]))
    assert said(games, code=1)["success"] == 0.5
    rerun(Quarantined.objects.get(), by="Alice", now=timezone.now())
    assert said(games, code=1)["failed"] == 1


def test_reliability_does_not_count_what_phones_got_wrong(games: Games, phone: Phone) -> None:
    phone.push(phone.record("checkin.dance", {}))
    assert said(games)["success"] == 1.0


def test_reliability_in_words_names_share_aim_and_waits(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    out = StringIO()
    call_command("reliability", event=games.event.slug, stdout=out)
    assert out.getvalue().startswith(
        "100.000% of 1 operations were handled without a failure; 0 failed. The aim is 99.9%."
    )
    assert "50 % within" in out.getvalue()


def test_reliability_of_no_event_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("reliability", event="nowhere")
