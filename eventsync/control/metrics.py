"""`/metrics`, for Prometheus. Requests are counted in this process; our measures are read when they are asked for."""

import logging
from collections.abc import Iterator
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from eventsync.jobs.seeing.registry import measures

log = logging.getLogger(__name__)


class Measures(Collector):
    """Each measure as a gauge. One that the database does not tell now is left out."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        for each in measures.values():
            try:
                values = each.read(now)
            except DatabaseError as error:
                log.warning("The measure %s cannot be read: %s", each.name, error)
                continue
            gauge = GaugeMetricFamily(f"eventsync_{each.name}", each.says, labels=each.of)
            for subject, value in values.items():
                gauge.add_metric(subject, value)
            yield gauge


_registry = CollectorRegistry()
_registry.register(Measures())


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        raise PermissionDenied
    response: HttpResponse = ExportToDjangoView(request)
    response.content += generate_latest(_registry)
    return response


def _may_read(request: HttpRequest) -> bool:
    """With a token set, whoever shows it; else this machine, if no proxy of it speaks for somebody else."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").encode()
        return compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode())
    forwarded = settings.PROXIES or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
