"""Prints the ids of the letters on the inbox page, as whoever may see everything reads it."""

import os
import re
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.create_superuser("alice"))
    page = client.get("/control/inbox/").content.decode()
    sys.stdout.write("\n".join(re.findall(r'/control/inbox/(\w+/[\w-]+)/"', page)))


if __name__ == "__main__":
    main()
