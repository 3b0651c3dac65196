from django.urls import URLPattern, path

from notifications.alerts.pages import browser, phone

urlpatterns: list[URLPattern] = [
    path("control/phone/", phone, name="alert_browsers"),
    path("control/phone/browser/", browser, name="alert_browser"),
]
