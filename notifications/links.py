"""The address of a notice for one person, as a text message or an e-mail has it: whoever has it may read and answer."""

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from notifications.models import Delivery


def key_of(delivery: UUID) -> str:
    """22 characters: its id, which nobody can guess."""
    return base64.urlsafe_b64encode(delivery.bytes).decode().rstrip("=")


def link_of(delivery: UUID) -> str:
    return settings.BASE_URL + reverse("notice-told", kwargs={"key": key_of(delivery)})


def stop_link_of(delivery: UUID) -> str:
    return settings.BASE_URL + reverse("notice-stop", kwargs={"key": key_of(delivery)})


def delivery_of(key: str) -> Delivery | None:
    """The one that has this address."""
    try:
        found = UUID(bytes=base64.urlsafe_b64decode(f"{key}=="))
    except (binascii.Error, ValueError):
        return None
    return Delivery.objects.select_related("notice__event", "recipient").filter(pk=found).first()
