"""/control/trace/: approvals and notices are steps of the story that they belong to."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.trace import story
from eventsync.jobs import queue
from eventsync.jobs.approvals import deciding
from eventsync.jobs.correlation import correlated
from eventsync.jobs.models import Approval, DomainEvent, Job
from eventsync.schedule.models import Activity
from notifications.hand import sending
from notifications.models import CallTask, Notice
from tests.cast import NOON, Games, Phone
from tests.checkin.safety import INSULIN, make_lead
from tests.desk import staff
from tests.jobs.approving import BOB, CHARLIE, Later, Wall, put_up
from tests.notifications.families import make_recipient
from tests.notifications.writing import LENA, MARA, now_of, written
from tests.schedule.plan.plans import make_day, release

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return put_up(monkeypatch)


def steps(of: UUID | str, *kinds: str) -> list[tuple[str, str]]:
    found = [(step.what, step.words) for step in story(UUID(str(of)))]
    return [each for each in found if not kinds or each[0] in kinds]


def test_change_promises_no_more_of_the_poke_than_is_known(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    kinds = [what for what, _ in steps(operation["id"])]
    assert kinds == ["Operation", "Verdict", "Change", "Domain event"]
    [(_, words)] = steps(operation["id"], "Change")
    assert words.endswith("Phones that listen are told to look, as far as they can be reached.")


def test_approval_of_what_a_phone_proposed_is_found_by_its_record(games: Games) -> None:
    lead = make_lead(games)
    first, second = lead.propose("No milk."), lead.propose(INSULIN, "medication")
    lead.phone.push(first, second)
    asked = "Maria asked for another person: Change the {} of number 0 (Games)."
    both = [("Approval", asked.format("dietary needs")), ("Approval", asked.format("medication"))]
    assert sorted(steps(first["id"], "Approval")) == sorted(both)  # both are of one batch, which the first began
    answer = make_lead(games).decide(second["id"], accept=False, expected=0, reason="Misheard.", actor="Ben")
    assert answer.status_code == 200
    assert steps(second["id"], "Approval")[-1] == ("Approval", "Rejected, by Ben. Misheard.")
    told = str(story(UUID(first["id"])))
    assert not any(text in told for text in ("No milk.", INSULIN))


def test_approval_of_a_job_is_a_step_until_it_was_reviewed(wall: Wall) -> None:
    began = uuid4()
    with correlated(began):
        job = wall.owe()
    asked = ("Approval", "alice asked for another person: Announce: Lift 2 is open.")
    assert steps(began, "Approval") == steps(job.pk, "Approval") == [asked]
    key = Approval.objects.get().pk
    deciding.force(key, by=BOB, reason="Now.", now=timezone.now())
    deciding.review(key, by=CHARLIE, found="It was right.", now=timezone.now())
    forced = ("Approval", "Done without approval, by bob. Now.")
    assert steps(began, "Approval") == [asked, forced, ("Approval", "Reviewed, by charlie. It was right.")]


def test_approval_that_changed_or_that_nobody_gave_says_so(wall: Wall, later: Later) -> None:
    job = wall.owe()
    wall.change("Lift 2 is shut.")
    deciding.sweep(timezone.now())
    later(timedelta(hours=1))
    deciding.sweep(timezone.now())
    assert steps(job.pk, "Approval") == [
        ("Approval", "alice asked for another person: Announce: Lift 2 is open. It changed meanwhile."),
        ("Approval", "alice asked for another person: Announce: Lift 2 is shut."),
        ("Approval", "Nobody decided in time."),
    ]


def test_approval_from_before_it_had_a_correlation_is_found_by_what_it_is_about(wall: Wall) -> None:
    job = wall.owe()
    Approval.objects.update(correlation=None)
    assert len(steps(job.pk, "Approval")) == 1


def test_what_a_decision_owes_is_of_the_story_in_which_it_was_asked_for(games: Games, time_machine) -> None:
    make_recipient(games.event)
    time_machine.move_to(NOON, tick=False)
    row, asked, answered = written(games.event, importance="critical"), uuid4(), uuid4()
    with correlated(asked):
        sending.send(row.pk, version=now_of(row).version, by=LENA, now=NOON)
    with correlated(answered):
        deciding.grant(Approval.objects.get().pk, by=MARA, now=NOON + MINUTE)
    assert list(Job.objects.values_list("task", "correlation")) == [("notifications.send_by_hand", asked)]


def test_notice_by_hand_is_one_story_from_who_wrote_it_to_who_is_called(games: Games, time_machine) -> None:
    make_recipient(games.event)
    numbered = make_recipient(games.event, phone="+358401234567")
    time_machine.move_to(NOON, tick=False)
    row, began = written(games.event), uuid4()
    with correlated(began):
        sending.send(row.pk, version=now_of(row).version, by=LENA, now=NOON)
    time_machine.move_to(NOON + MINUTE, tick=False)
    assert queue.run_one()
    notice = Notice.objects.get()
    CallTask.objects.create(notice=notice, recipient=numbered, due_at=NOON, made_at=NOON, changed_at=NOON + 2 * MINUTE)
    found = steps(began, "Notice", "Delivery", "Call")
    assert (found[0], found[1], found[-1]) == (
        ("Notice", "lena wrote “Meet at the gate”."),
        ("Notice", "“Meet at the gate” is said: big."),
        ("Call", "To be called: 1."),
    )
    assert sorted(found[2:-1]) == [
        ("Delivery", "List of messages: Handed over: 2."),
        ("Delivery", "Push: Goes out now: 2."),
    ]
    assert steps(notice.pk) == steps(began)
    times = [step.at for step in story(began)]
    assert times == sorted(times)


def test_release_leads_to_its_notice(games: Games, time_machine) -> None:
    day = make_day(games)
    make_recipient(games.event)
    time_machine.move_to(NOON - 6 * 60 * MINUTE, tick=False)
    release(day.event)
    queue.run()
    Activity.objects.filter(pk=day.swim.pk).update(start=day.swim.start + 5 * MINUTE, end=day.swim.end + 5 * MINUTE)
    release(day.event)
    time_machine.shift(3 * MINUTE)
    queue.run()
    [began] = DomainEvent.objects.filter(name="notice_made").values_list("correlation", flat=True)
    found = steps(began)
    kinds = [what for what, _ in found]
    assert ("Domain event", "schedule_updated, version 1") in found
    assert kinds.index("Domain event") < kinds.index("Notice") < kinds.index("Delivery")


def test_reader_is_told_of_approvals_and_notices_by_their_rights(games: Games) -> None:
    lead = make_lead(games)
    operation = lead.propose("No milk.")
    lead.phone.push(operation)
    page = "/control/trace/?id=" + operation["id"]
    said = [staff(rank.name, rank, games.event).get(page).content.decode() for rank in (Rank.LEAD, Rank.MANAGER)]
    assert [("<strong>Verdict" in told, "asked for another person" in told) for told in said] == [
        (True, False), (True, True),
    ]  # fmt: skip
