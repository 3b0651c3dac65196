"""What alerts, approvals and errors of jobs have of people."""

from django.db.models import Q, QuerySet

from eventsync.jobs.models import Alert, Approval, Attempt, Job
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
nobodys("jobs.DomainEvent", "jobs.Handling", "jobs.Sending", why="Facts name operations by their ids, and nobody.")
nobodys("jobs.Webhook", "jobs.Worker", "jobs.TurnedAway", why="Machines, and numbers.")
nobodys(
    *("django_q.OrmQ", "django_q.Task", "django_q.Success", "django_q.Failure", "django_q.Schedule"),
    why="The queue carries the ids of jobs.",
)
