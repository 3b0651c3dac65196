"""What an e-mail says: the notice, whole, as plain text."""

from uuid import UUID

from django.core.mail import EmailMessage

from eventsync import messaging
from notifications.links import link_of, stop_link_of
from notifications.models import Delivery
from notifications.pages.words import WORDS


def headers_of(key: UUID, language: str) -> dict[str, str]:
    """`key`: of what it tells, so that it is the same at each try."""
    return messaging.headers_of(key) | {"Content-Language": language}


def message_of(delivery: Delivery, to: str) -> EmailMessage:
    notice, language = delivery.notice, delivery.recipient.language
    said, words = notice.shown_in(language), WORDS[language]
    body = "\n".join([said["body"], *([words["quiet_why"]] if delivery.breaks_quiet else [])])
    stop = stop_link_of(delivery.pk)
    headers = headers_of(delivery.pk, language) | {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058: mail programs show a button for it
    }
    answers = f"{words['mail_answer']}: {link_of(delivery.pk)}\n{words['email_stop']}: {stop}"
    return EmailMessage(
        subject=" ".join(f"{notice.event.name}: {said['title']}".split()),
        body=f"{body}\n\n{answers}\n",
        to=[to],
        headers=headers,
    )
