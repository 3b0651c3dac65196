"""Pages that anybody may keep: asked for again, they are sent again only if they say something else."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.html import format_html
from django.utils.http import quote_etag
from django.utils.safestring import SafeString

from eventsync.schedule.pages.beside import ways
from eventsync.schedule.pages.contents import Page
from eventsync.schedule.pages.shelf import Shelf
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.pages.words import CATALOGUES

MARK = "EventSync-Plan"  # the release that a page tells; what has no such header is not from here
KEPT = 10  # seconds in which nobody asks anew: a crowd at a notice board is one request to a proxy
SHEET = timedelta(minutes=10)  # how exact a sheet of paper says when it was made; so often a page is a new one
PAGES = 32  # that a process holds ready; the largest, a day of a thousand activities, has 1.3 MB


_NAMES = {
    "style": "schedule/schedule.css",
    "script": "dist/schedule.js",
    "choices": "schedule/settings.js",
    "letters": "dist/schedule/fonts.css",
    "listen": "dist/schedule/listen.js",
    "messages": "dist/schedule/messages.js",
}
"""What pages ask for; what is in `dist` is there once the front end was built."""

shelf: Shelf[str] = Shelf(PAGES)


def _looks() -> str:
    """What the pages are made of besides the plan: a new version of EventSync makes other pages."""
    base, here = Path(settings.BASE_DIR), Path(__file__).parent
    ours = (here, here.with_name("feeds"), here.with_name("links"))
    templates = (base / "templates" / "schedule", base / "templates" / "notices")
    folders = (*templates, base / "static" / "schedule", CATALOGUES, *ours)
    files = sorted(file for folder in folders for file in folder.iterdir() if file.is_file())
    built = [base / "static" / name for name in _NAMES.values() if name.startswith("dist/")]
    made_of = [*files, *(file for file in built if file.exists())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in made_of)).hexdigest()


LOOKS = _looks()
FILES = {use: f"{settings.STATIC_URL}{name}?{LOOKS[:8]}" for use, name in _NAMES.items()}


def answer(request: HttpRequest, visit: Visit, page: Page) -> HttpResponseBase:
    """The page, or 304 for whoever holds it."""
    made_of = (page.template, visit.page_stamp, _sheet(visit.now), page.about)

    def make() -> str:
        return visit.settings.dress(shelf.get(etag_of(made_of), lambda: render(visit, page)))

    response = send(request, visit, etag_of((made_of, visit.settings)), HttpResponse(status=page.status), make)
    patch_vary_headers(response, ["Cookie"])
    if visit.settings.chosen:
        patch_cache_control(response, private=True)
    return response


def answer_privately(request: HttpRequest, visit: Visit, page: Page) -> HttpResponseBase:
    """The page for one family, or 304. It lies on no shelf."""
    etag = etag_of((page.template, visit.page_stamp, _sheet(visit.now), page.about, visit.settings))
    blank = HttpResponse(status=page.status)
    return send_privately(request, visit, etag, blank, lambda: visit.settings.dress(render(visit, page)))


def document(
    request: HttpRequest, visit: Visit, name: str, kind: str, make: Callable[[], str], *, about: object = None
) -> HttpResponseBase:
    """For programs, of any site; another one only when something else was told. `name`: of the file; `kind`: MIME."""
    blank = HttpResponse(content_type=f"{kind}; charset=utf-8")
    blank["Content-Disposition"] = f'inline; filename="{visit.event.slug}-{visit.words.code}-{name}"'
    etag = etag_of((name, visit.stamp, about))
    response = send(request, visit, etag, blank, lambda: shelf.get(etag, make))
    response["Access-Control-Allow-Origin"] = "*"
    return response


def etag_of(made_of: object) -> str:
    return quote_etag(hashlib.sha256(repr((LOOKS, settings.BASE_URL, made_of)).encode()).hexdigest()[:32])


def send(
    request: HttpRequest, visit: Visit, etag: str, blank: HttpResponse, make: Callable[[], str]
) -> HttpResponseBase:
    """What is made, or 304 for whoever holds what has the same `etag`. `blank`: the answer without its content."""
    response = _unless_held(request, visit, etag, blank, make)
    response["Cache-Control"] = f"public, max-age={KEPT}, must-revalidate"
    if not visit.chosen:
        patch_vary_headers(response, ["Accept-Language"])
    return response


def send_privately(
    request: HttpRequest, visit: Visit, etag: str, blank: HttpResponse, make: Callable[[], str]
) -> HttpResponseBase:
    """The same for one family: in no cache between, and found by no search."""
    response = _unless_held(request, visit, etag, blank, make)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _unless_held(
    request: HttpRequest, visit: Visit, etag: str, blank: HttpResponse, make: Callable[[], str]
) -> HttpResponseBase:
    response = get_conditional_response(request, etag=etag) if blank.status_code == 200 else None
    if response is None:
        response = blank
        blank.content = make()
    response["ETag"] = etag
    response["Content-Language"] = visit.words.code
    response["Referrer-Policy"] = "no-referrer"
    response[MARK] = str(visit.number)
    return response


def render(visit: Visit, page: Page) -> str:
    """Without the request: no session is looked at, so no cookie is set."""
    common = {
        "visit": visit,
        "event": visit.event,
        "words": visit.words.said,
        "language": visit.words,
        "help_call": visit.words.html("help_call", phone=_phone(visit)),
        "choices": _choices(visit),
        "settings_link": visit.link("settings"),
        "ways": ways(visit),
        "sheet_from": visit.words.html("sheet_from", moment=visit.clock.shown_moment(_sheet(visit.now))),
        "plan_from": _plan_from(visit),
        "files": FILES,
    }
    return render_to_string(page.template, common | page.context())


def _sheet(now: datetime) -> datetime:
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % SHEET


def _phone(visit: Visit) -> SafeString:
    """Read from left to right in every language."""
    return format_html('<bdi dir="ltr">{}</bdi>', visit.event.help_phone)


def _plan_from(visit: Visit) -> str:
    return visit.words.html("plan_from", moment=visit.clock.shown_moment(visit.release.at)) if visit.release else ""


def _choices(visit: Visit) -> list[tuple[str, str, bool]]:
    """The main choices, the same on each page: address, word, whether it is this page."""
    pages = {"plan": "now", "days": "days", "places": "places", "help": "help"}
    mine = {"mine": "mine"} if visit.has_links else {}
    links = {word: visit.link(page) for word, page in (mine | pages).items()}
    return [
        (link, visit.words.say(f"menu_{word}"), link.partition("?")[0] == visit.path) for word, link in links.items()
    ]
