"""Who may see and steer the work that is owed for an event, what is told of it, and who else hears of it."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant
from eventsync.access.scope import Belongs

OF_PLACE = Belongs(event="event_id", venue="venue_id", shared=False)  # jobs, alerts, approvals
OF_WEBHOOK = Belongs(event="event_id", shared=False)  # and its jobs
OF_SENDING = Belongs(event="webhook__event_id", shared=False)

SEE_JOB, STEER_JOB = "jobs.view_job", "jobs.change_job"
SEE_ALERT = "jobs.view_alert"
SEE_SENDING, STEER_WEBHOOK = "jobs.view_sending", "jobs.change_webhook"
SEE_APPROVAL = "jobs.view_approval"
DECIDE, BREAK_GLASS = "jobs.decide_approval", "jobs.break_glass"

grant(Rank.LEAD, SEE_JOB, "jobs.view_attempt", SEE_ALERT, "jobs.change_alert")
grant(
    Rank.MANAGER,
    *(STEER_JOB, SEE_APPROVAL, DECIDE),
    *("jobs.view_webhook", "jobs.add_webhook", STEER_WEBHOOK, "jobs.delete_webhook"),
    *(SEE_SENDING, "jobs.change_sending"),
)
grant(Rank.OWNER, BREAK_GLASS)
