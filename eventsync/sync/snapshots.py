"""Pages as they go over the wire; a whole snapshot of an unchanged stream is encoded once for everybody."""

from dataclasses import dataclass

from django.core.cache import cache

from eventsync.sync import compression, pull

KEEP = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Encoded:
    """A page ready to send. Only whole snapshots have an ETag: it names the epoch and the head they show."""

    body: bytes
    encoding: str
    etag: str = ""


def read(stream: str, *, epoch: str, accept: str, after: int, base: int, limit: int) -> Encoded:
    """One page after `after` (0 and no base: a snapshot), in the best encoding of those in `accept`."""
    if after or base:
        return _encoded(pull.read_page(stream=stream, after=after, base=base, limit=limit), epoch, accept)
    head = pull.head(stream)
    key = f"snapshot:{epoch}:{stream}:{head}:{limit}:{compression.best(accept)}"
    kept = cache.get(key)
    if kept is not None:
        return Encoded(*kept)
    page = pull.read_page(stream=stream, after=0, base=0, limit=limit)
    encoded = _encoded(page, epoch, accept)
    if not page.complete or page.head != head:
        return encoded
    whole = Encoded(encoded.body, encoded.encoding, f'"{epoch}-{head}-{encoded.encoding}"')
    cache.set(key, (whole.body, whole.encoding, whole.etag), KEEP)
    return whole


def _encoded(page: pull.Page, epoch: str, accept: str) -> Encoded:
    body, encoding = compression.compress("".join(page.lines(epoch=epoch)).encode(), accept=accept)
    return Encoded(body, encoding)
