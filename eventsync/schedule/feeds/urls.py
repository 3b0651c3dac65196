"""Addresses of the plan for programs, beside those of the pages."""

from django.urls import URLPattern, path

from eventsync.schedule.feeds import views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:slug>/calendar.ics", views.calendars, name="schedule-calendar"),
    path("schedule/<slug:slug>/google.ics", views.google, name="schedule-google"),
    path("schedule/<slug:slug>/schedule.xml", views.frab, name="schedule-frab"),
    path("schedule/<slug:slug>/schedule.json", views.voc, name="schedule-voc"),
    path("schedule/<slug:slug>/plan.json", views.ours, name="schedule-ours"),
]
