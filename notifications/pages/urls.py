"""Addresses of the page of messages: where a phone's own cookies go, and no other page's."""

from django.urls import URLPattern, path

from notifications.pages import browsers, views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:slug>/mine/messages/", views.messages, name="schedule-messages"),
    path("schedule/<slug:slug>/mine/messages/read/", views.read, name="messages-read"),
    path("schedule/<slug:slug>/mine/messages/stop/", views.stop, name="messages-stop"),
    path("schedule/<slug:slug>/mine/messages/copy.json", views.copy, name="messages-copy"),
    path("schedule/<slug:slug>/mine/messages/browser/", browsers.browser, name="messages-browser"),
    path("schedule/<slug:slug>/mine/messages/test/", browsers.test, name="messages-test"),
]
