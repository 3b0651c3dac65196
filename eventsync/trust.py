"""/trust: how a phone comes to trust a server that has an authority of its own. Nothing of it is secret."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from eventsync.lan.authority import fingerprint

FILE = "eventsync-authority.crt"


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """What to do, and the number to compare with the one in the server's terminal."""
    return render(request, "trust.html", {"fingerprint": fingerprint(_authority()), "app": f"{settings.BASE_URL}/app/"})


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
