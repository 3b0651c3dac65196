"""What can be measured of phones and streams, and when somebody must look."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Min, Q, QuerySet

from eventsync.jobs.seeing.registry import Numbers, counted, limit, measure
from eventsync.jobs.seeing.rules import Limit
from eventsync.sync.models import Device, Operation, Profile, Quarantined, Resolution, StreamHead
from eventsync.sync.poke.hub import hub
from eventsync.sync.rights import OF_DEVICE, OF_QUARANTINED
from eventsync.sync.streams import kiosk_stream, roster_stream

HEARD = timedelta(minutes=15)  # a phone that is looked at says something every minute, one in a pocket does not
_AWAKE = timedelta(minutes=3)
_SUCCESS = "measures:success"
_KIOSK = Q(profile=Profile.KIOSK)


@counted("phones", "Phones that were enrolled and not revoked, without those of families.", OF_DEVICE)
def phones(now: datetime) -> QuerySet[Device]:
    return _enrolled()


@counted("phones_heard", "Of these, phones that were heard from within 15 minutes.", OF_DEVICE)
def phones_heard(now: datetime) -> QuerySet[Device]:
    return _enrolled().filter(heard_at__gt=now - HEARD)


@counted("phones_holding", "Phones that hold records that are not here, as they last said.", OF_DEVICE)
def phones_holding(now: datetime) -> QuerySet[Device]:
    return Device.objects.filter(pending__gt=0)


@counted(
    "records_undelivered",
    "Records that phones hold and that are not here, as they last said.",
    OF_DEVICE,
    adds="pending",
)
def undelivered(now: datetime) -> QuerySet[Device]:
    return Device.objects.order_by()


@counted("records_quarantined", "Records that could not be applied and that nobody has decided about.", OF_QUARANTINED)
def quarantined(now: datetime) -> QuerySet[Quarantined]:
    return Quarantined.objects.filter(resolution=Resolution.OPEN)


@measure("records_success_ratio", "The share of records that were handled without a failure of ours.", of=("event",))
def success(now: datetime) -> Numbers:
    """By the organisers' event; the aim is in eventsync/sync/reliability.py. Counted at most once a minute."""
    found: Numbers | None = cache.get(_SUCCESS)
    if found is None:
        found = _success()
        cache.set(_SUCCESS, found, timeout=60)
    return found


def _success() -> Numbers:
    received = Operation.objects.order_by().values_list("event_id").annotate(n=Count("pk"))
    failed = Quarantined.objects.filter(code="handler_error").order_by().values_list("device__event_id")
    failures = dict(failed.annotate(n=Count("operation_id", distinct=True)))
    return {(str(event),): 1 - failures.get(event, 0) / n for event, n in received}


@measure(
    "stream_lag", "How many changes the list on the phone that is furthest behind lacks, of phones heard just now."
)
def stream_lag(now: datetime) -> Numbers:
    awake = _enrolled().filter(heard_at__gt=now - _AWAKE, roster_version__isnull=False).order_by()
    furthest = awake.values_list("event_id").annotate(
        door=Min("roster_version", filter=~_KIOSK), kiosk=Min("roster_version", filter=_KIOSK)
    )
    behind = {roster_stream(event): door for event, door, _ in furthest if door is not None}
    behind |= {kiosk_stream(event): kiosk for event, _, kiosk in furthest if kiosk is not None}
    heads = StreamHead.objects.filter(stream__in=behind).values_list("stream", "head")
    return {(): max((head - behind[stream] for stream, head in heads), default=0)}


@measure("sockets_open", "Phones that this process pokes.", here=True)
def sockets(now: datetime) -> Numbers:
    return {(): hub.size}


def _enrolled() -> QuerySet[Device]:
    return Device.objects.exclude(profile=Profile.FAMILY).filter(revoked_at=None, enrolled_at__isnull=False)


limit(
    Limit(
        kind="stream_lag",
        measure="stream_lag",
        above=50,
        lasting=timedelta(minutes=5),
        below=10,
        calm=timedelta(minutes=2),
        sentence="A phone that is in use lacks {value:.0f} changes of the list of people, and has for five minutes.",
    )
)
