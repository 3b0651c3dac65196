from django.urls import URLPattern, path

from eventsync.control.health import alert_mails, health
from eventsync.control.inbox.correcting import correct, correction
from eventsync.control.inbox.replays import choose, replay
from eventsync.control.inbox.views import inbox, letter
from eventsync.control.metrics import metrics
from eventsync.control.runbook import runbook
from eventsync.control.trace import trace

urlpatterns: list[URLPattern] = [
    path("metrics", metrics, name="metrics"),
    path("control/health/", health, name="health"),
    path("control/health/e-mails/", alert_mails, name="alert_mails"),
    path("control/inbox/", inbox, name="inbox"),
    path("control/inbox/<slug:kind>/<slug:key>/", letter, name="letter"),
    path("control/inbox/<slug:kind>/<slug:key>/correction/", correct, name="correct"),
    path("control/corrections/<uuid:key>/", correction, name="correction"),
    path("control/replays/", choose, name="replays"),
    path("control/replays/<uuid:key>/", replay, name="replay"),
    path("control/trace/", trace, name="trace"),
    path("control/runbook/", runbook, name="runbook"),
]
