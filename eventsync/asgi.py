"""The application for any ASGI server: `eventsync.asgi:application`."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

_http = get_asgi_application()

from django.urls import path  # noqa: E402 - the apps must be ready first

from eventsync import environment  # noqa: E402
from eventsync.sync import marker  # noqa: E402
from eventsync.sync.poke.consumer import poke  # noqa: E402

if (_objection := marker.start()) is not None:
    environment.stop(_objection)

_sockets = URLRouter([path("ws/v1/poke", poke)])  # type: ignore[arg-type] # an ASGI application, not a view
application = ProtocolTypeRouter({"http": _http, "websocket": _sockets})
