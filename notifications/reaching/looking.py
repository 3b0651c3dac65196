"""What sending a notice to some people would do."""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from eventsync.schedule.models import Event
from notifications.addresses import address_of
from notifications.models import Channel, Recipient, Subscription
from notifications.reaching.rules import Hearer, Reach, reach
from notifications.rules import News, Timing, Word
from notifications.sms import rules as sms
from notifications.sms.words import Texts, text_of


def outlook(
    event: Event, known: Sequence[Hearer], word: Word, texts: Texts, *, link: str = "", breaks_quiet: bool = False
) -> Reach:
    """`known`: of this event. `texts`: the title and the body in each of its languages; others: of text messages."""
    languages = {each.language for each in known}
    said = {
        code: text_of(texts, event=event, language=code, link=link, breaks_quiet=breaks_quiet) for code in languages
    }
    segments = {code: sms.segments(text) for code, text in said.items()}
    return reach(known, word, segments=segments, price=settings.SMS.price)


def hearers(event: Event, people: Sequence[Recipient]) -> list[Hearer]:
    """In their order, asked of the database in one query."""
    browsers = Counter(Subscription.objects.filter(event=event).order_by().values_list("recipient", flat=True))
    return [_hearer(each, browsers[each.pk]) for each in people]


def _hearer(recipient: Recipient, browsers: int) -> Hearer:
    return Hearer(
        language=recipient.language,
        news=News(recipient.news),
        timing=Timing(recipient.timing),
        browsers=browsers,
        phone=bool(address_of(recipient, Channel.SMS)),
        email=bool(address_of(recipient, Channel.EMAIL)),
    )
