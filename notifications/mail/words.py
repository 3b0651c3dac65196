"""What an e-mail says: the notice, whole, as plain text."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from notifications.models import Delivery


def message_of(delivery: Delivery, to: str) -> EmailMessage:
    notice, language = delivery.notice, delivery.recipient.language
    said = notice.said(language)
    page = reverse("schedule-now", kwargs={"slug": notice.event.slug})
    host = urlsplit(settings.BASE_URL).hostname
    headers = {
        "Message-ID": f"<{delivery.pk}@{host}>",  # the same at each try
        "Auto-Submitted": "auto-generated",  # nobody's holiday answers it
        "Content-Language": language,
    }
    return EmailMessage(
        subject=" ".join(f"{notice.event.name}: {said['title']}".split()),
        body=f"{said['body']}\n\n{settings.BASE_URL}{page}?lang={language}\n",
        to=[to],
        headers=headers,
    )
