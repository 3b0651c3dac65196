"""The application for any ASGI server: `eventsync.asgi:application`."""

import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - the apps must be ready first
from django.urls import path  # noqa: E402

from eventsync import environment, threads  # noqa: E402
from eventsync.control.desk import desk  # noqa: E402
from eventsync.schedule.pages.live import plan  # noqa: E402
from eventsync.sync import marker  # noqa: E402
from eventsync.sync.admission import OTHERS, Admission  # noqa: E402
from eventsync.sync.poke.consumer import poke  # noqa: E402

if (_objection := marker.start()) is not None:
    environment.stop(_objection)

threads.keep_connections()
threads.spare_collections()
_sockets = URLRouter([path("ws/v1/poke", poke), path("ws/v1/desk", desk), path("ws/v1/plan/<slug:slug>", plan)])  # type: ignore[arg-type] # no views
_http = Admission(threads.Handler(), pushes=settings.MAX_PUSHES, others=OTHERS)
application = ProtocolTypeRouter({"http": _http, "websocket": _sockets})
