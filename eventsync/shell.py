"""The app, its manifest and service worker, and /rescue: nothing in them is of one person, so phones may keep them."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import json_script
from django.views.decorators.http import require_safe

from eventsync import installing, saying

DIST = Path(settings.BASE_DIR) / "static" / "dist"
ENTRY, STYLES = "src/main.ts", "style.css"
NOT_BUILT = "The door app has not been built on this server. Run: make setup\n"


class AsWritten(DjangoJSONEncoder):
    """Letters as themselves: escaped, Arabic is three times as long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False})


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The page at /app/: no session, no CSRF token, no inline script."""
    entry = _entry()
    if entry is None:
        return _not_built()
    response = saying.page(request, "app.html", **entry)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def rescue(request: HttpRequest) -> HttpResponse:
    """The page at /rescue. It needs nothing that a build makes: it is for when the app does not start.

    Phones keep it, so it carries all languages: its script speaks the one that was chosen in the app.
    """
    catalogues = {code: {"dir": words.dir, "words": words.rescue} for code, words in saying.WORDS.items()}
    response = saying.page(
        request,
        "rescue.html",
        rescue=saying.language_of(request).rescue,
        catalogues=json_script(catalogues, "catalogues", AsWritten),
    )
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """/sw.js, at the root because its scope is; always asked for again, or phones would never see a new version."""
    try:
        script = (DIST / "sw.js").read_bytes()
    except FileNotFoundError:
        return _not_built()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to install the app on its home screen."""
    return installing.manifest(
        start="/app/",
        scope="/app/",
        name="EventSync door",
        short_name="EventSync",
        description="Check people in, with or without signal.",
        lang="en",
    )


def _entry() -> dict[str, Any] | None:
    """The hashed files of the app, from the build's manifest."""
    built = DIST / ".vite" / "manifest.json"
    try:
        return _read_entry(built, built.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1)
def _read_entry(built: Path, _changed_at: int) -> dict[str, Any]:
    files = json.loads(built.read_text())
    base = f"{settings.STATIC_URL}dist/"
    return {"script": base + files[ENTRY]["file"], "style": base + files[STYLES]["file"]}


def _not_built() -> HttpResponse:
    return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")


urlpatterns: list[URLPattern] = [
    path("app/", app, name="app"),
    path("app/manifest.webmanifest", manifest, name="app-manifest"),
    path("rescue", rescue, name="rescue"),
    path("sw.js", service_worker, name="service-worker"),
]
