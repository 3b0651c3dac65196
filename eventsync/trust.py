"""/trust: how a phone comes to trust a server that has an authority of its own. Nothing of it is secret."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from eventsync import saying
from eventsync.lan.authority import fingerprint

FILE = "eventsync-authority.crt"
_NAME = mark_safe(f'<b dir="ltr">{FILE}</b>')  # noqa: S308 our own


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """What to do, and the number to compare with the one in the server's terminal."""
    choose = format_html(saying.language_of(request).words["trust_android_choose"], file=_NAME)
    values = {"fingerprint": fingerprint(_authority()), "app": f"{settings.BASE_URL}/app/", "choose": choose}
    return saying.page(request, "trust.html", **values)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """As iOS and Android install it: DER, by this type and name."""
    response = HttpResponse(_authority().public_bytes(Encoding.DER), content_type="application/x-x509-ca-cert")
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    response["Cache-Control"] = "no-store"
    return response


def _authority() -> x509.Certificate:
    if settings.AUTHORITY is None:
        raise Http404
    return x509.load_pem_x509_certificate(settings.AUTHORITY.read_bytes())


urlpatterns: list[URLPattern] = [
    path("trust", trust, name="trust"),
    path(f"trust/{FILE}", certificate, name="trust-certificate"),
]
