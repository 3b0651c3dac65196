"""The pages on which somebody proposes another payload for a dead job, and another person decides."""

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.control.trace import story
from eventsync.jobs import queue
from eventsync.jobs.models import Approval, Correction, DomainEvent, Job
from tests.cast import Games
from tests.control.letters import dead_job, untaken
from tests.control.test_inbox_acts import act, noted
from tests.desk import alice, bob, charlie, staff
from tests.jobs.conftest import broker
from tests.jobs.correcting import BEGAN, Kitchen, kitchen

__all__ = ["broker", "kitchen"]
NINE, REASON = '{"event": null, "venue": null, "plates": 9, "note": ""}', "Three went home."
SEE, DECIDE = "jobs.view_job", "jobs.decide_approval"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return plain(answer)


def plain(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def form(job: Job, kind: str = "job") -> str:
    return f"/control/inbox/{kind}/{job.pk}/correction/"


def proposed(client: Client, job: Job, payload: str = NINE, reason: str = REASON) -> str:
    """The address of the correction."""
    answer = client.post(form(job), {"propose": "", "payload": payload, "reason": reason})
    return str(answer.headers["Location"])


def told(answer: Any) -> list[str]:
    return re.findall(r'<li class="(?:success|warning)">(.*?)</li>', html.unescape(answer.content.decode()))


def test_from_the_letter_to_the_run_that_another_person_agreed_to(kitchen: Kitchen) -> None:
    job, desk = kitchen.fail(), alice()
    letter = f"/control/inbox/job/{job.pk}/"
    assert form(job) in page(desk, letter)
    original = DomainEvent.objects.get().body
    empty = desk.get(form(job)).content.decode()
    assert f">{html.escape(original)}</pre>" in empty
    assert html.escape('{\n  "event": null,\n  "venue": null,\n  "plates": 12,') in empty
    seen = plain(desk.post(form(job), {"look": "", "payload": NINE, "reason": REASON}))
    assert '<del><span aria-hidden="true">− </span> "plates": 12,</del>' in seen
    assert '<ins><span aria-hidden="true">+ </span> "plates": 9,</ins>' in seen
    back = plain(desk.post(form(job), {"edit": "", "payload": NINE, "reason": REASON}))
    assert (f"> {NINE}</textarea>" in back, f'value="{REASON}"' in back) == (True, True)
    assert Approval.objects.count() == 0
    address = proposed(desk, job)
    assert f'href="{address}">A correction of it waits for another person</a>' in page(desk, letter)
    assert 'name="grant"' not in page(desk, address)
    assert "another person has to approve it" in told(desk.post(address, {"grant": ""}, follow=True))[0]
    other = bob(SEE, DECIDE)
    assert '"plates": 12,</del>' in page(other, address)
    assert told(other.post(address, {"grant": ""}, follow=True)) == ["Approved. It is being done."]
    assert told(other.post(address, {"grant": ""}, follow=True))[0].startswith("It does not wait any more")
    queue.run()
    assert kitchen.served == [9]
    after = page(desk, letter)
    assert f"<strong>alice</strong> {REASON} <span>Approved, by bob, " in after
    assert (original in after, re.sub(": |, ", lambda found: found[0].strip(), NINE) in after) == (True, True)
    assert noted(job) == [
        f"Proposed another payload: {REASON}",
        "The correction that alice proposed: Approved. It is being done.",
    ]
    steps = [step.words for step in story(BEGAN) if step.what == "Correction"]
    assert steps == [f"alice proposed another payload for test.kitchen: {REASON}", "Approved, by bob."]
    assert page(desk, f"/control/trace/?id={BEGAN}").count(f'href="{address}"') == 2


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ({"payload": '{"plates": 9'}, "payload", "This is no JSON: line 1, column 13: "),
        ({"payload": '{"plates": "<nine>"}'}, "payload", "This cannot be read as meal_counted, version 1: Expected"),
        ({"payload": NINE.replace("9", "12")}, "payload", "Nothing is other than before."),
        ({"payload": ' "' + "x" * 200_000}, "payload", "This is too long: it has 200,002 characters"),
        ({"payload": ""}, "payload", "Write what it should be."),
        ({"reason": " "}, "reason", "Say why it should be this."),
        ({"reason": "x" * 301}, "reason", "Ensure this value has at most 300 characters"),
    ],
)
def test_what_must_be_mended_is_said_at_its_field_and_what_was_typed_stays(
    kitchen: Kitchen, said: dict[str, str], where: str, why: str
) -> None:
    job, desk = kitchen.fail(), alice()
    typed = {"payload": NINE, "reason": REASON} | said
    for button in ("look", "propose"):
        answer = desk.post(form(job), {button: ""} | typed).content.decode()
        found = html.unescape(answer)
        assert f'id="{where}-problem">{why}' in found
        [field] = re.findall(rf'<(?:textarea|input) [^>]*name="{where}"[^>]*>', found)
        assert f'aria-describedby="{where}-problem ' in field
        assert 'aria-invalid="true"' in field
        assert f">\n{html.escape(typed['payload'])}</textarea>" in answer
        assert f'value="{typed["reason"]}"' in found
        assert f'<li><a href="#id_{where}">' in found
    assert Approval.objects.count() == 0


def test_who_may_only_look_proposes_nothing_and_who_may_not_decide_decides_nothing(
    kitchen: Kitchen, games: Games
) -> None:
    job, desk, looker = kitchen.fail(), alice(), bob(SEE)
    said = {"propose": "", "payload": NINE, "reason": REASON}
    assert form(job) not in page(looker, f"/control/inbox/job/{job.pk}/")
    strangers = [charlie(), staff("max", Rank.OWNER, games.event)]
    assert [looker.get(form(job)).status_code, looker.post(form(job), said).status_code] == [403, 403]
    assert [client.post(form(job), said).status_code for client in strangers] == [404, 404]
    assert Client().post(form(job), said).status_code == 302
    assert Approval.objects.count() == 0
    address = proposed(desk, job)
    for button in ("grant", "reject", "force", "review"):
        assert looker.post(address, {button: "", "reason": "X"}).status_code == 403
        assert [client.post(address, {button: "", "reason": "X"}).status_code for client in strangers] == [404, 404]
    assert ('name="grant"' in page(looker, address), [each.get(address).status_code for each in strangers]) == (
        False, [404, 404],
    )  # fmt: skip
    user = User.objects.get(username="bob")
    user.user_permissions.add(Permission.objects.get(codename="decide_approval"))
    assert looker.post(address, {"force": "", "reason": "X"}).status_code == 403
    assert Approval.objects.get().state == "requested"
    assert looker.post(address, {"reject": "", "reason": ""}, follow=True).status_code == 200
    assert looker.post(address, {"grant": ""}).status_code == 302
    assert Approval.objects.get().state == "granted"


def test_a_request_from_another_page_is_refused(kitchen: Kitchen) -> None:
    job, desk = kitchen.fail(), alice()
    address = proposed(desk, job)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("dora"))
    assert [strict.post(each, {"grant": ""}).status_code for each in (address, form(job))] == [403, 403]
    assert Approval.objects.get().state == "requested"


def test_what_was_dealt_with_meanwhile_leads_back_to_its_letter(kitchen: Kitchen) -> None:
    job, desk = kitchen.fail(), alice()
    address = proposed(desk, job)
    act(desk, "job", job, discard="", reason="Over.")
    answer = desk.post(form(job), {"propose": "", "payload": NINE, "reason": REASON}, follow=True)
    assert told(answer) == ["Nothing was done: it was dealt with before. It is now: Cancelled."]
    shown = page(desk, address)
    assert "It is now: Changed meanwhile." in shown
    assert "The job was replayed, discarded or corrected otherwise, before anybody decided." in shown
    assert 'name="grant"' not in shown


def test_same_that_waits_already_is_said_at_the_field(kitchen: Kitchen) -> None:
    job, desk = kitchen.fail(), alice()
    proposed(desk, job)
    answer = html.unescape(desk.post(form(job), {"propose": "", "payload": NINE, "reason": REASON}).content.decode())
    assert 'id="payload-problem">alice has asked for exactly this: it waits for another person.' in answer
    assert Correction.objects.count() == 1


def test_only_what_carries_something_can_be_corrected(kitchen: Kitchen) -> None:
    bare, desk = dead_job(), alice()
    assert form(bare) not in page(desk, f"/control/inbox/job/{bare.pk}/")
    assert desk.get(form(bare)).status_code == 404
    _, sending, job = untaken()
    assert form(job, "webhook") in page(desk, f"/control/inbox/webhook/{job.pk}/")
    assert sending.body in page(desk, form(job, "webhook"))
    assert desk.get(form(job)).status_code == 404  # of another kind


def test_list_of_what_waits_leads_there_and_to_the_review(kitchen: Kitchen) -> None:
    job, desk = kitchen.fail(), alice()
    address = proposed(desk, job)
    decide = f"/admin/jobs/approval/{Approval.objects.get().pk}/decide/"
    assert desk.get(decide).headers["Location"] == address
    desk.post(address, {"force": "", "reason": "They are hungry."})
    assert f'<a href="{address}">See it whole</a>' in page(desk, decide)
    other = bob(SEE, DECIDE)
    assert told(other.post(address, {"review": "", "reason": "Right."}, follow=True)) == ["Reviewed."]
    assert "<strong>Reviewed by bob:</strong> Right." in page(other, address)


def test_managers_of_its_place_propose_and_decide_and_it_stays_there(kitchen: Kitchen, games: Games) -> None:
    job = kitchen.fail(event=games.event.pk, venue=games.hall.pk)
    proposer, other = staff("bob", Rank.MANAGER, games.event, games.hall), staff("max", Rank.MANAGER, games.event)
    lead, elsewhere = staff("lea", Rank.LEAD, games.event), staff("pia", Rank.MANAGER, games.event, games.pool)
    said = {"event": str(games.event.pk), "venue": str(games.hall.pk), "plates": 9, "note": ""}
    for moved in ({"venue": str(games.pool.pk)}, {"venue": None}, {"event": None}):
        typed = {"propose": "", "payload": json.dumps(said | moved), "reason": REASON}
        assert "Of which event and venue it is cannot be corrected." in plain(proposer.post(form(job), typed))
    address = proposed(proposer, job, json.dumps(said))
    assert [each.post(address, {"grant": ""}).status_code for each in (lead, elsewhere)] == [403, 404]
    assert "another person has to approve it" in told(proposer.post(address, {"grant": ""}, follow=True))[-1]
    assert told(other.post(address, {"grant": ""}, follow=True)) == ["Approved. It is being done."]
    queue.run()
    assert kitchen.served == [9]
    steps = [page(each, f"/control/trace/?id={BEGAN}").count("Correction") for each in (lead, elsewhere)]
    assert (steps[0] > 0, steps[1]) == (True, 0)
