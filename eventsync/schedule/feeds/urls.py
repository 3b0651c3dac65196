"""Addresses of the plan for programs, beside those of the pages."""

from django.urls import URLPattern, path

from eventsync.schedule.feeds import views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:slug>/calendar.ics", views.calendars, name="schedule-calendar"),
    path("schedule/<slug:slug>/google.ics", views.google, name="schedule-google"),
]
