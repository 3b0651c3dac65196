"""Pictures of the way to a place that organisers bring, small enough for each phone of a family to keep."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length

from eventsync.schedule import rasters
from eventsync.schedule.models import Event, Place, PlaceMap, Revision
from eventsync.schedule.plan.rules import Map
from eventsync.schedule.rasters import Raster, Refused

MOST = 200_000  # bytes
MOST_OF_EVENT = 5_000_000  # bytes: every phone of a family keeps all of them
LONGEST = 10 * MOST  # of a file that is looked into: what does not draw is left out
LARGEST, SMALLEST = 2_000, 100  # dots
TYPES = {rasters.PNG: "image/png", rasters.JPEG: "image/jpeg", rasters.WEBP: "image/webp"}
_ROOM = f"A map has at most {MOST // 1000} kB and {LARGEST} dots each way"


def cleaned(content: bytes) -> Raster:
    """What is kept of a file. Refused if it is no picture, or one that no page has room for."""
    if len(content) > LONGEST:
        raise Refused(f"It is too large. {_ROOM}: save it smaller.")
    made = rasters.read(content)
    if made is None:
        raise Refused("It is neither a PNG nor a JPEG nor a WebP. Save a drawing as PNG.")
    if not all(SMALLEST <= side <= LARGEST for side in (made.width, made.height)):
        raise Refused(f"It has {made.width} × {made.height} dots. A map has {SMALLEST} to {LARGEST} each way.")
    if len(made.content) > MOST:
        raise Refused(f"It has {len(made.content) // 1000} kB. {_ROOM}: save it smaller.")
    return made


def has_room(event: Event, place: Place, made: Raster) -> bool:
    """Whether it fits beside the maps of the event's other places; to the end of the caller's transaction nobody else
    brings one. So a copy of the event, which has the same maps, has room for them, too."""
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    others = Place.objects.filter(venue__event=event).exclude(pk=place.pk)
    size = PlaceMap.objects.filter(pk__in=others.values("map")).aggregate(size=Sum(Length("drawing")))["size"] or 0
    return bool(size + len(made.content) <= MOST_OF_EVENT)


def keep(made: Raster) -> PlaceMap:
    """In the transaction in which a place gets it: until then nobody forgets it."""
    digest = rasters.digest_of(made.content)
    told = {"kind": made.kind, "drawing": made.content, "width": made.width, "height": made.height}
    with transaction.atomic():
        return PlaceMap.objects.select_for_update().get_or_create(digest=digest, defaults=told)[0]


def hold(told: Iterable[Map]) -> bool:
    """Whether all of them are there: then nobody forgets one before the end of the caller's transaction."""
    wanted = {each.file.partition(".")[0] for each in told}
    rows = PlaceMap.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return len(rows.values_list("pk")) == len(wanted)


@transaction.atomic
def forget(digest: str | None) -> None:
    """Unless a place has it, or a release told it."""
    for row in PlaceMap.objects.select_for_update().filter(digest=digest):
        told = Revision.objects.filter(kind=Revision.Kind.PLACE, body__contains=row.digest)
        if not (row.places.exists() or told.exists()):
            row.delete()
