"""Who guesses passwords waits; nobody else does, though a whole venue comes from one address."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def address(request: HttpRequest) -> str:
    """Of the client, as the nearest of our own proxies saw it; what else is forwarded is not believed."""
    seen: list[str] = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    count: int = settings.PROXIES
    if count and seen:
        nearest: str = seen[-min(count, len(seen))]
        return nearest
    return str(request.META.get("REMOTE_ADDR", ""))


def locked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    context = {**admin.site.each_context(request), "minutes": minutes, "title": "Wait"}
    return TemplateResponse(request, "admin/access/locked.html", context, status=429).render()
