"""/control/inbox/: every dead letter in one list, each with what is in it."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from eventsync.jobs.seeing import letters
from eventsync.jobs.seeing.letters import help_of, sources
from eventsync.sync.letters import HELPS
from eventsync.sync.models import Quarantined
from tests.cast import Games, Phone, make_games, make_phone
from tests.control.letters import dead_job, kept_aside, untaken
from tests.desk import alice, bob, charlie, staff

PAGE = "/control/inbox/"


def page(client: Client, address: str = PAGE, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def listed(client: Client, **query: Any) -> list[str]:
    """The addresses of the letters on a page, in order."""
    return re.findall(r'<h2><a href="/control/inbox/([^"]+)/">', page(client, **query))


def counts(client: Client, **query: Any) -> list[str]:
    return re.findall(r'<span class="count">(\d+)</span>', page(client, **query))


def test_nothing_failed_is_said(db: None) -> None:
    assert "Nothing has failed for good. There is nothing to do." in page(alice())


def test_letters_of_each_kind_are_in_one_list_the_newest_first(games: Games, phone: Phone) -> None:
    old = dead_job(at=timezone.now() - timedelta(days=1))
    record = kept_aside(phone)
    _, _, job = untaken()
    desk = alice()
    assert listed(desk) == [f"webhook/{job.pk}", f"record/{record.pk}", f"job/{old.pk}"]
    assert counts(desk) == ["3", "1", "1", "1", "0"]
    found = page(desk)
    assert "A phone sent a kind of record that this server does not know." in found
    assert "<strong>Whoever runs the server:</strong> A newer server may know it. Replay it once that is done." in found
    assert "Record of a phone, " in found
    assert "UTC</time>, Games" in found


def test_it_is_filtered_by_kind_and_by_words_and_by_any_id(games: Games, phone: Phone) -> None:
    jobs = [dead_job(), dead_job("test.other", error="It snowed.")]
    record = kept_aside(phone)
    desk = alice()
    assert listed(desk, kind="record") == [f"record/{record.pk}"]
    assert listed(desk, q="snow") == [f"job/{jobs[1].pk}"]
    assert counts(desk, q="snow", kind="record") == ["1", "1", "0", "0", "0"]
    assert listed(desk, q=str(jobs[0].correlation).upper()) == [f"job/{jobs[0].pk}"]
    assert listed(desk, q=str(record.operation_id)) == [f"record/{record.pk}"]
    assert "Nothing here has “<b>hail</b>”." in page(desk, q="<b>hail</b>")
    assert "<b>hail</b>" not in desk.get(PAGE, {"q": "<b>hail</b>"}).content.decode()


def test_pages_have_each_letter_once_in_order(db: None) -> None:
    now = timezone.now()
    jobs = [dead_job(at=now - timedelta(minutes=number // 2)) for number in range(60)]
    desk = alice()
    pages = [listed(desk, page=number) for number in (1, 2, 3, 4)]
    assert [len(each) for each in pages] == [25, 25, 10, 0]
    assert {key for each in pages for key in each} == {f"job/{job.pk}" for job in jobs}
    assert 'href="?page=2" rel="next"' in page(desk)
    assert "Page 3 of 3" in page(desk, page=3)
    assert listed(desk, page="x") == pages[0]


def test_it_takes_as_many_queries_for_three_letters_of_a_kind_as_for_one(games: Games, phone: Phone) -> None:
    desk, asked = alice(), []
    page(desk)
    for more in (1, 2):
        for _ in range(more):
            dead_job()
            kept_aside(phone)
        with CaptureQueriesContext(connection) as captured:
            page(desk)
        asked.append(len(captured))
    assert asked[0] == asked[1] < 20


def test_page_of_a_job_has_what_was_tried_and_what_it_was(games: Games) -> None:
    job = dead_job(partition=str(games.hall.id), error="ValueError: no plates\n  in line 7")
    found = page(alice(), f"{PAGE}job/{job.pk}/")
    assert "Try 1 on host:7: ValueError: no plates<br>" in found
    assert f'{{"partition":"{games.hall.id}","subject":"{job.subject}","task":"test.note"}}' in found
    assert f'href="/control/trace/?id={job.correlation}"' in found
    assert "UTC</time>, Main hall" in found


def test_page_of_a_record_has_its_exact_bytes_and_whom_it_is_about(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0]) | {"kind": "strange.kind", "actor": "<i>\u202eMaria</i>"}
    phone.push(operation)
    row = Quarantined.objects.get()
    answer = alice().get(f"{PAGE}record/{row.pk}/").content.decode()
    sent = json.dumps(operation)
    assert bytes(row.body) == sent.encode()
    assert sent in html.unescape(answer)
    assert "<i>" not in answer
    assert "<strong>Who is affected:</strong> Guest 0" in answer
    [download] = re.findall(r'href="([^"]+/bytes/)"', answer)
    assert bob("sync.view_quarantined").get(download).content == sent.encode()


def test_page_of_what_a_webhook_did_not_take_has_its_envelope(db: None) -> None:
    hook, sending, job = untaken()
    found = page(alice(), f"{PAGE}webhook/{job.pk}/")
    assert sending.body in found
    assert "2 wait in all." in found
    assert f"/admin/jobs/webhook/{hook.pk}/change/" in found
    hook.delete()
    assert "Its webhook was deleted." in page(bob("jobs.view_sending"), f"{PAGE}webhook/{job.pk}/")


def test_letter_that_was_dealt_with_says_so(db: None) -> None:
    job = dead_job()
    queue.replay(job.pk, now=timezone.now())
    desk = alice()
    found = page(desk, f"{PAGE}job/{job.pk}/")
    assert ("It is now: Waiting." in found, "Replay it" in found, listed(desk)) == (True, False, [])


def test_each_sees_only_what_is_theirs(games: Games, phone: Phone) -> None:
    camp = make_games("camp", people=1)
    own, other = kept_aside(phone), kept_aside(make_phone(camp))
    pool = kept_aside(make_phone(games, venue=games.pool))
    job = dead_job()
    leads = staff("lea", Rank.LEAD, games.event), staff("vic", Rank.LEAD, games.event, games.pool)
    assert listed(leads[0]) == [f"record/{pool.pk}", f"record/{own.pk}"]
    assert listed(leads[1]) == [f"record/{pool.pk}"]
    assert counts(leads[0]) == ["2", "0", "2", "0"]
    hidden = [f"record/{other.pk}", f"job/{job.pk}", "record/0", "record/x", "job/x", "nothing/1"]
    assert [leads[0].get(f"{PAGE}{each}/").status_code for each in hidden] == [404] * 6
    assert alice().get(f"{PAGE}job/x/").status_code == 404


def test_it_is_for_whoever_may_see_any_letter(db: None) -> None:
    readers = [bob("sync.view_quarantined"), charlie(), Client()]
    assert [client.get(PAGE).status_code for client in readers] == [200, 403, 302]
    assert alice().post(PAGE).status_code == 405


def test_health_and_every_page_lead_to_it(db: None) -> None:
    dead_job()
    for client in (alice(), bob("sync.view_quarantined", "control.view_health")):
        assert page(client, "/control/health/").count(f'href="{PAGE}"') == 2
    assert PAGE not in page(charlie(), "/admin/")


def test_each_reason_says_what_who_and_how() -> None:
    tasks = [help_of(name) for name in queue._tasks if not name.startswith("test")]
    assert len(tasks) > 15
    for each in [*HELPS.values(), *tasks, help_of("nobody.knows")]:
        assert each.what.endswith(".") and each.owner and each.step.endswith("."), each


def test_each_task_of_ours_has_words_of_its_own_and_says_whom_it_concerns() -> None:
    ours = {name: help_of(name) for name in queue._tasks if not name.startswith("test")}
    assert [name for name, told in ours.items() if f"“{name}”" in told.what or not told.whom.endswith(".")] == []
    assert set(sources) >= {"job", "webhook", "record"}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(sources)
    monkeypatch.setattr(letters, "_helps", {})
    yield
    sources.clear()
    sources.update(before)


def test_another_app_adds_letters_and_words_by_one_registration_each(db: None, registered: None) -> None:
    letters.register(replace(sources["job"], kind="rollout", one="rollout", many="rollouts"))
    letters.explain("test.note", what="A note was not sent.", owner="Maria", step="Ring her.", whom="The band.")
    row, desk = dead_job(), alice()
    assert listed(desk, kind="rollout") == [f"rollout/{row.pk}"]
    assert "<strong>Maria:</strong> Ring her." in page(desk, f"{PAGE}rollout/{row.pk}/")
    assert "<strong>Who is affected:</strong> The band." in page(desk)
    with pytest.raises(ValueError, match="registered twice"):
        letters.register(sources["rollout"])


def test_every_new_letter_of_a_phone_raises_an_alert_one_for_each_reason(games: Games, phone: Phone) -> None:
    phone.push(phone.record("strange.kind", {}), phone.record("strange.kind", {}), phone.record("checkin.arrive", {}))
    phone.push(phone.record("strange.kind", {}))
    queue.run()
    found = Alert.objects.filter(kind="quarantined").order_by("subject")
    assert [(row.subject, row.count) for row in found] == [("invalid_payload", 1), ("unknown_kind", 2)]
    assert found[1].message.startswith("A phone sent a kind of record that this server does not know.")
