"""Who sits at the organisers' desk: Alice owns everything, Bob may what he was given, Charlie must not.

`staff` gives somebody a role, as an event does it.
"""

import re
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Event, StaffRole, Venue


def alice() -> Client:
    return _client(User.objects.create_superuser("alice"))


def bob(*permissions: str, name: str = "bob") -> Client:
    """`permissions` such as "checkin.view_person"."""
    user = User.objects.create_user(name, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return _client(user)


def charlie() -> Client:
    return _client(User.objects.create_user("charlie", is_staff=True))


def staff(name: str, rank: Rank, event: Event, venue: Venue | None = None) -> Client:
    """Somebody with this role; called again with the same name, the same person with one more."""
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    StaffRole.objects.create(user=user, rank=rank, event=event, venue=venue)
    return _client(user)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    """What somebody reads on a page of the desk, in one line: messages, title, content."""
    content = re.sub(r'(?s).*?(?=<ul class="messagelist|<div id="content")', "", answer.content.decode(), count=1)
    content = re.sub(r"(?s)<footer.*", "", content)
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def inline(prefix: str, *rows: dict[str, Any], stored: int = 0) -> dict[str, Any]:
    """The form data of an admin inline; the first `stored` rows exist already."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": stored}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data
