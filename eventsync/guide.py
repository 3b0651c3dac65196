"""/guide/: what volunteers need to know, made of docs/door-guide*.md, to be read on a phone or printed on one sheet."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from eventsync import saying

DOCS = Path(settings.BASE_DIR) / "docs"


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    html = MarkdownIt().enable("table").render(written(saying.language_of(request).code))
    return saying.page(request, "guide.html", text=mark_safe(html))  # noqa: S308 a file of ours


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """One of the guides' own pictures, at the address that the Markdown gives it; no other file."""
    file = f"screenshots/{name}.png"
    if not any(file in pictures_of(language) for language in saying.WORDS):
        raise Http404
    return FileResponse((DOCS / file).open("rb"))


def pictures_of(language: str) -> list[str]:
    """The files that the guide shows, below docs/."""
    return re.findall(r'src="([^"]+)"', written(language))


def written(language: str) -> str:
    """The guide as it stands in docs/, in Markdown; English is the one that the others are made of."""
    name = "door-guide.md" if language == "en" else f"door-guide.{language}.md"
    return (DOCS / name).read_text(encoding="utf-8")


urlpatterns: list[URLPattern] = [
    path("guide/", guide, name="guide"),
    path("guide/screenshots/<slug:name>.png", picture, name="guide-picture"),
]
