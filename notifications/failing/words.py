"""In plain words: what did not arrive, who can mend it, and what they do next. Never a number or an address."""

from eventsync.jobs.seeing.letters import Help
from notifications.failing.rules import Failure, failure_of
from notifications.models import Channel, Delivery, Recipient
from notifications.rules import State

_LEADS, _US = "The organisers", "Whoever runs the server"
_TELL = "Tell those groups in another way, then discard it."
_MANY = "If many were refused, ask whoever brings them, then replay them."
_MISSED = "so that the next one arrives. Tell those groups what they missed, then discard it."

HELPS: dict[tuple[Channel, Failure], Help] = {
    (Channel.PUSH, Failure.REFUSED): Help(
        what="A push service does not take a notice for one browser.", owner=_LEADS, step=f"{_TELL} {_MANY}"
    ),
    (Channel.PUSH, Failure.OURS): Help(
        what="A push service takes no notices from us: it says that what we sent was wrong.",
        owner=_US,
        step="Mend our key or our clock, as the runbook says under push_refused, then replay it.",
    ),
    (Channel.PUSH, Failure.AWAY): Help(
        what="A push service was away, or too busy, at each try.", owner=_US, step="Once it answers, replay it."
    ),
    (Channel.PUSH, Failure.BROKEN): Help(
        what="A notice could not be made readable for one browser: what that says of itself is wrong.",
        owner=_LEADS,
        step=f"No pushes go there any more. {_TELL} If they tap “Show messages on this phone” once more, replay it.",
    ),
    (Channel.PUSH, Failure.TOO_LONG): Help(
        what="A push service says that a notice is too long, even in the fewest words.",
        owner=_US,
        step=f"Report it. {_TELL}",
    ),
    (Channel.PUSH, Failure.MISSED): Help(
        what="A push did not go out before it was of no use any more: no push service took it.",
        owner=_US,
        step=f"See that workers run and the push service answers, {_MISSED}",
    ),
    (Channel.SMS, Failure.REFUSED): Help(
        what="The gateway does not take a text message to one number: most often nobody has that number.",
        owner=_LEADS,
        step=f"{_TELL} {_MANY}",
    ),
    (Channel.SMS, Failure.OURS): Help(
        what="The gateway takes no text messages from us.",
        owner=_US,
        step="Mend the account there or our settings, as the runbook says under sms_refused, then replay it.",
    ),
    (Channel.SMS, Failure.AWAY): Help(
        what="The gateway for text messages was away, or too busy, at each try.",
        owner=_US,
        step="Once it answers, replay it.",
    ),
    (Channel.SMS, Failure.OFF): Help(
        what="Text messages were switched off on this server before one went out.",
        owner=_US,
        step="Set EVENTSYNC_SMS, then replay it; or tell those groups in another way, and discard it.",
    ),
    (Channel.SMS, Failure.MISSED): Help(
        what="A text message did not go out before it was of no use any more: the gateway was away, or too busy.",
        owner=_US,
        step=f"See that the gateway answers, {_MISSED}",
    ),
    (Channel.EMAIL, Failure.REFUSED): Help(
        what="A mail server does not take an e-mail to one address: most often there is none such, or it is full.",
        owner=_LEADS,
        step=f"{_TELL} {_MANY}",
    ),
    (Channel.EMAIL, Failure.BROKEN): Help(
        what="An e-mail could not be written to one address: that is none.", owner=_LEADS, step=_TELL
    ),
    (Channel.EMAIL, Failure.OFF): Help(
        what="E-mails were switched off on this server before one went out.",
        owner=_US,
        step="Set EVENTSYNC_EMAIL_URL, then replay it; or tell those groups in another way, and discard it.",
    ),
    (Channel.EMAIL, Failure.MISSED): Help(
        what="An e-mail did not go out before it was of no use any more: the mail server was away, or too busy.",
        owner=_US,
        step=f"See that the mail server answers, {_MISSED}",
    ),
}
_SENT = Help(what="A message to one family, which was sent again.", owner=_LEADS, step="There is nothing to do.")
_NAMES = {Channel.PUSH: "Pushes", Channel.SMS: "Text messages", Channel.EMAIL: "E-mails"}


def help_of(delivery: Delivery) -> Help:
    if delivery.state != State.FAILED_PERM:
        return _SENT
    channel = Channel(delivery.channel)
    return HELPS[channel, failure_of(channel, delivery.status, error=delivery.error, tries=delivery.attempts)]


def answer_of(*, status: int | None, error: str) -> str:
    """What became of one try. Gateways and mail servers are told of in our words, which have the number."""
    if status is None or str(status) in error:
        return error
    return f"It answered {status}. {error}".strip()


def alert_of(last: Delivery, waiting: int) -> str:
    told, ways = help_of(last), _NAMES[Channel(last.channel)]
    how_many = f"{ways} of {last.notice.event} that failed for good and wait in the inbox: {waiting}."
    return f"{how_many} The last: {told.what} {told.owner}: {told.step}"


def whom(recipient: Recipient) -> str:
    """Reads their links."""
    groups = recipient.hears_of
    about = "everything" if groups is None else ", ".join(sorted(groups)) or "what is for everybody"
    return f"One family, or somebody else who hears of {about}; who it is nobody knows. They have it in their list."


def state_of(delivery: Delivery) -> str:
    """What it is now; of one that nobody need look at any more, why. Without a full stop."""
    if delivery.closed_at is None:
        return delivery.get_state_display()
    why = delivery.closed_why.rstrip(".")
    return f"Discarded by {delivery.closed_by}: {why}" if delivery.closed_by else why
