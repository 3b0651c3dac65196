"""The application for any ASGI server: `eventsync.asgi:application`."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")

_http = get_asgi_application()

from eventsync import environment  # noqa: E402 - the apps must be ready first
from eventsync.sync import marker  # noqa: E402

if (_objection := marker.start()) is not None:
    environment.stop(_objection)

application = ProtocolTypeRouter({"http": _http})
