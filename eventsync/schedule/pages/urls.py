"""Addresses of the pages for families."""

from datetime import date

from django.urls import URLPattern, path, register_converter

from eventsync.schedule.pages import views


class DayConverter:
    """A date, such as 2026-07-04."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns: list[URLPattern] = [
    path("symbols/<slug:digest>.<slug:kind>", views.symbol, name="symbol"),
    path("maps/<slug:digest>.<slug:kind>", views.place_map, name="place-map"),
    path("schedule/<slug:slug>/", views.now, name="schedule-now"),
    path("schedule/<slug:slug>/<day:day>/", views.day, name="schedule-day"),
    path("schedule/<slug:slug>/days/", views.days, name="schedule-days"),
    path("schedule/<slug:slug>/places/", views.places, name="schedule-places"),
    path("schedule/<slug:slug>/places/<uuid:place>/", views.place, name="schedule-place"),
    path("schedule/<slug:slug>/app.webmanifest", views.manifest, name="schedule-manifest"),
    path("schedule/<slug:slug>/copy.json", views.copy, name="schedule-copy"),
    path("schedule/<slug:slug>/help/", views.help_page, name="schedule-help"),
    path("schedule/<slug:slug>/settings/", views.settings, name="schedule-settings"),
    path("schedule/<slug:slug>/pictures/", views.pictures, name="schedule-pictures"),
    path("schedule/<slug:slug>/words/", views.terms, name="schedule-words"),
]
