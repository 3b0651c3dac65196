"""Addresses of the page of messages, where a phone's own cookies go, and no other page's; and of one notice."""

from django.urls import URLPattern, path

from notifications.pages import browsers, confirming, told, views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:slug>/mine/messages/", views.messages, name="schedule-messages"),
    path("schedule/<slug:slug>/mine/messages/read/", views.read, name="messages-read"),
    path("schedule/<slug:slug>/mine/messages/stop/", views.stop, name="messages-stop"),
    path("schedule/<slug:slug>/mine/messages/copy.json", views.copy, name="messages-copy"),
    path("schedule/<slug:slug>/mine/messages/browser/", browsers.browser, name="messages-browser"),
    path("schedule/<slug:slug>/mine/messages/test/", browsers.test, name="messages-test"),
    path("schedule/<slug:slug>/mine/messages/ask/", confirming.ask, name="messages-ask"),
    path("schedule/<slug:slug>/mine/messages/confirm/", confirming.confirm, name="messages-confirm"),
    path("schedule/<slug:slug>/mine/messages/drop/", confirming.take_away, name="messages-drop"),
    path("m/<str:key>/", told.told, name="notice-told"),  # short, for a text message
    path("m/<str:key>/stop/", told.stop, name="notice-stop"),
]
