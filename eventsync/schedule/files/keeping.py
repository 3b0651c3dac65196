"""Files that were brought and that nobody has confirmed yet."""

from datetime import datetime, timedelta

from eventsync.schedule.models import Event, IncomingFile, Venue

FORGOTTEN_AFTER = timedelta(days=1)


def keep(event: Event, name: str, content: bytes, *, venue: Venue | None, now: datetime) -> IncomingFile:
    """Keeps a file until it is confirmed or thrown away, a day at most. `venue`: of places that it adds."""
    IncomingFile.objects.filter(created_at__lt=now - FORGOTTEN_AFTER).delete()
    return IncomingFile.objects.create(event=event, venue=venue, name=name[:255], content=content, created_at=now)
