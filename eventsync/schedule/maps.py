"""Pictures of the way to a place that organisers bring, small enough for each phone of a family to keep."""

from hashlib import sha256

from eventsync.schedule import rasters
from eventsync.schedule.models import PlaceMap, Revision
from eventsync.schedule.rasters import Raster, Refused

MOST = 200_000  # bytes
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


def keep(made: Raster) -> PlaceMap:
    digest = sha256(made.content).hexdigest()[:32]
    told = {"kind": made.kind, "drawing": made.content, "width": made.width, "height": made.height}
    return PlaceMap.objects.get_or_create(digest=digest, defaults=told)[0]


def forget(row: PlaceMap) -> None:
    """Unless a place has it, or a release told it."""
    told = Revision.objects.filter(kind=Revision.Kind.PLACE, body__contains=row.digest)
    if not (row.places.exists() or told.exists()):
        row.delete()
