"""What waits for a person, at the desk: who may see it, approve it, reject it, break the glass and review."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from eventsync.jobs import queue
from eventsync.jobs.models import Approval, Job
from eventsync.jobs.rules import Somebody
from tests.desk import alice, bob, charlie
from tests.jobs.approving import Wall, waiting, wall

__all__ = ["wall"]

LIST = "/admin/jobs/approval/"
SEE = "jobs.view_approval"


def page(approval: Approval) -> str:
    return f"{LIST}{approval.pk}/decide/"


def press(client: Client, approval: Approval, button: str, reason: str = "") -> str:
    return client.post(page(approval), {button: "1", "reason": reason}, follow=True).content.decode()


def test_page_says_what_it_would_do_exactly_and_who_asked(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    desk = alice()
    listed, shown = desk.get(LIST).content.decode(), desk.get(page(waiting())).content.decode()
    for text in ("Announce: Lift 2 is open.", "dora"):
        assert text in listed
        assert text in shown
    assert "&quot;text&quot;: &quot;Lift 2 is open.&quot;" in shown


def test_first_page_tells_those_who_may_see_it_what_waits(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    told = "1 thing waits for a person’s approval or review"
    assert told in bob(SEE).get("/admin/").content.decode()
    assert told not in charlie().get("/admin/").content.decode()


def test_bob_approves_and_it_runs_and_charlie_sees_nothing(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    approval, stranger, onlooker = waiting(), charlie(), bob(SEE, "jobs.decide_approval")
    assert [stranger.get(url).status_code for url in (LIST, page(approval))] == [403, 403]
    assert stranger.post(page(approval), {"grant": "1"}).status_code == 403
    assert "Approved. It is being done." in press(onlooker, approval, "grant")
    queue.run()
    assert wall.done == ["Lift 2 is open."]
    assert LogEntry.objects.get().get_change_message() == "Approved. It is being done."


def test_bob_who_may_only_look_decides_nothing(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    assert bob(SEE).post(page(waiting()), {"grant": "1"}).status_code == 403
    assert Job.objects.get().state == "waiting_approval"


def test_who_asked_is_offered_no_approval_and_gets_none(wall: Wall) -> None:
    desk = alice()
    wall.owe(by=Somebody(f"user:{User.objects.get().pk}", "alice"))
    approval = waiting()
    assert 'name="grant"' not in desk.get(page(approval)).content.decode()
    assert "another person has to approve it" in press(desk, approval, "grant")
    assert waiting() == approval


def test_rejecting_needs_a_reason(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    desk, approval = alice(), waiting()
    assert "Say why." in press(desk, approval, "reject")
    assert "Rejected. It is not done." in press(desk, approval, "reject", "It is closed.")
    assert Job.objects.get().error == "Rejected by alice: It is closed."


def test_breaking_the_glass_is_a_right_of_its_own_and_another_person_reviews(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    approval, desk = waiting(), bob(SEE, "jobs.break_glass")
    assert desk.post(page(approval), {"grant": "1"}).status_code == 403
    assert "Another person must review it." in press(desk, approval, "force", "Somebody is stuck.")
    queue.run()
    assert wall.done == ["Lift 2 is open."]
    owner = alice()
    assert "Announce: Lift 2 is open." in owner.get(f"{LIST}?state=open").content.decode()
    assert "Reviewed." in press(owner, approval, "review", "Right to do so.")
    assert Approval.objects.get().review == "Right to do so."


def test_who_may_approve_may_not_break_the_glass(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    answer = bob(SEE, "jobs.decide_approval").post(page(waiting()), {"force": "1", "reason": "Now."})
    assert (answer.status_code, wall.done) == (403, [])


def test_page_that_was_open_while_it_changed_leads_to_the_newer_one(wall: Wall) -> None:
    wall.owe(by=Somebody("user:99", "dora"))
    seen = waiting()
    wall.change("Lift 2 is closed.")
    answer = press(alice(), seen, "grant")
    assert "It waits again as it is now" in answer
    assert "Announce: Lift 2 is closed." in answer


@pytest.mark.parametrize("rows", [1, 3])
def test_list_needs_as_many_queries_for_three_as_for_one(
    wall: Wall, rows: int, django_assert_num_queries: object
) -> None:
    for _ in range(rows):
        wall.owe(by=Somebody("user:99", "dora"))
    desk = alice()
    with django_assert_num_queries(5):  # type: ignore[operator]  # session, account, and three of the list
        desk.get(LIST)
