"""What alerts, approvals, errors and corrections of jobs have of people."""

from uuid import UUID

from django.db.models import Q, QuerySet

from eventsync.jobs.approvals.deciding import end_for
from eventsync.jobs.corrections.queries import CORRECTION
from eventsync.jobs.models import Alert, Approval, Attempt, Correction, DomainEvent, Job, Sending
from eventsync.privacy.registry import Holding, Whom, hold, nobodys
from eventsync.privacy.words import GONE, take_out

ERASED = "About somebody whose data was erased."


def _alerts(whom: Whom) -> "list[QuerySet[Alert]]":
    return [Alert.objects.filter(subject__in=list(map(str, whom.ids | whom.operations)))]


def _erase_alerts(whom: Whom) -> None:
    for rows in _alerts(whom):
        rows.update(message=ERASED)
    take_out(whom.words, Alert.objects.all(), "message")


def _approvals(whom: Whom) -> "list[QuerySet[Approval]]":
    return [Approval.objects.filter(subject__in=whom.ids | whom.operations)]


def _erase_approvals(whom: Whom) -> None:
    for rows in _approvals(whom):
        rows.update(sentence=ERASED)
        rows.exclude(reason="").update(reason=GONE)
        rows.exclude(review="").update(review=GONE)
    take_out(whom.words, Approval.objects.all(), "sentence", "reason", "review")


def _jobs(whom: Whom) -> "list[QuerySet[Job] | QuerySet[Attempt]]":
    about = Job.objects.filter(Q(subject__in=whom.ids) | Q(correlation__in=whom.operations), ~Q(error=""))
    return [about, Attempt.objects.filter(job__in=about.values("pk")).exclude(error="")]


def _erase_jobs(whom: Whom) -> None:
    take_out(whom.words, Job.objects.all(), "error")
    take_out(whom.words, Attempt.objects.all(), "error")


def _corrections(whom: Whom) -> "list[QuerySet[Correction]]":
    about = Q(job__subject__in=whom.ids) | Q(job__correlation__in=whom.operations)
    return [Correction.objects.filter(about | whom.words.among("original", "corrected", "reason"))]


def _erase_corrections(whom: Whom) -> None:
    """One that waits does not any more: another person would agree to something else than was asked for."""
    [rows] = _corrections(whom)
    keys = list(rows.values_list("pk", flat=True))
    end_for(CORRECTION, *keys)
    take_out(whom.words, Correction.objects.all(), "original", "corrected")
    Correction.objects.filter(pk__in=keys).update(reason=GONE)


def _sweep_corrections(event: UUID) -> None:
    told = DomainEvent.objects.filter(event_id=event).values("pk")
    sent = Sending.objects.filter(domain_event__event_id=event).values("pk")
    rows = Correction.objects.filter(Q(job__subject__in=told) | Q(job__subject__in=sent))
    end_for(CORRECTION, *rows.values_list("pk", flat=True))
    rows.update(original=GONE, corrected=GONE, reason=GONE)


hold(
    Holding(
        name="alerts",
        tables=(Alert,),
        goes="What alerts say of them.",
        stays="That there was an alert, and when.",
        rows=_alerts,
        erase=_erase_alerts,
    )
)
hold(
    Holding(
        name="approvals",
        tables=(Approval,),
        goes="What approvals about them say, and the reasons.",
        stays="Who asked, who decided, and when.",
        rows=_approvals,
        erase=_erase_approvals,
    )
)
hold(
    Holding(
        name="jobs",
        tables=(Job, Attempt),
        goes="Their name and codes in the errors of work that failed.",
        stays="The rest of the error.",
        rows=_jobs,
        erase=_erase_jobs,
    )
)
hold(
    Holding(
        name="corrections",
        tables=(Correction,),
        goes="Their name and codes in what somebody corrected of work that failed, and why.",
        stays="The rest of it; who corrected, who agreed, and when.",
        rows=_corrections,
        erase=_erase_corrections,
        sweep=_sweep_corrections,
    )
)
nobodys("jobs.DomainEvent", "jobs.Handling", "jobs.Sending", why="Facts hold ids, and no words.")
nobodys("jobs.Webhook", "jobs.Worker", "jobs.TurnedAway", why="Machines, and numbers.")
nobodys(
    *("django_q.OrmQ", "django_q.Task", "django_q.Success", "django_q.Failure", "django_q.Schedule"),
    why="The queue carries the ids of jobs.",
)
