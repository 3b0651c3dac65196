"""All addresses."""

from csp.decorators import csp_update
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path
from django.views.defaults import bad_request, page_not_found
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from eventsync import guide, health, shell, trust
from eventsync.access import pages
from eventsync.sync import epoch, errors

# Swagger UI styles itself inline; its scripts do not.
docs = csp_update({"style-src": ["'unsafe-inline'"]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))

urlpatterns = [
    path("api/v1/", include("eventsync.sync.api")),  # first: each pattern before it costs every push a trial
    path("", RedirectView.as_view(url="/app/"), name="home"),
    *shell.urlpatterns,
    *trust.urlpatterns,
    *guide.urlpatterns,
    path("", include("eventsync.control.urls")),
    path("", include("eventsync.schedule.pages.urls")),
    path("", include("eventsync.schedule.feeds.urls")),
    path("", include("notifications.alerts.urls")),
    path("", include("notifications.pages.urls")),  # before the links: messages are no family's day
    path("", include("eventsync.schedule.links.urls")),
    *pages.urlpatterns,
    path("admin/", admin.site.urls),
    path("api/v1/", include("checkin.safety.api")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", docs, name="docs"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(epoch.API):
        return errors.malformed(request, exception)
    return bad_request(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(epoch.API):
        return errors.not_found(request, exception)
    return page_not_found(request, exception)
