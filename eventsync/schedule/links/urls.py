"""Addresses of family links. What is below `f/` holds a secret: logs tell routes only, and proxies' must, too."""

from django.urls import URLPattern, path

from eventsync.schedule.links import views

urlpatterns: list[URLPattern] = [
    path("f/<slug:slug>/<str:token>/", views.card, name="family-link"),
    path("f/<slug:slug>/<str:token>/calendar.ics", views.calendars, name="family-calendar"),
    path("f/<slug:slug>/<str:token>/google.ics", views.google, name="family-google"),
    path("schedule/<slug:slug>/mine/", views.mine, name="schedule-mine"),
    path("schedule/<slug:slug>/mine/<uuid:key>/", views.now, name="mine-now"),
    path("schedule/<slug:slug>/mine/<uuid:key>/<day:day>/", views.day, name="mine-day"),
    path("schedule/<slug:slug>/mine/<uuid:key>/copy.json", views.copy, name="mine-copy"),
    path("schedule/<slug:slug>/mine/<uuid:key>/leave/", views.leave, name="mine-leave"),
]
