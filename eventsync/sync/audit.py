"""Whether the streams are what their heads say: number, checksum, and no position beyond the head."""

from collections.abc import Iterator

from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.models import Change, StreamHead


def differences() -> Iterator[str]:
    """A sentence for each stream whose head does not describe its records."""
    found: dict[str, tuple[int, int, int]] = {}
    columns = ("stream", "kind", "key", "seq", "deleted")
    for stream, kind, key, seq, deleted in Change.objects.values_list(*columns).iterator():
        count, checksum, last = found.get(stream, (0, 0, 0))
        if not deleted:
            count, checksum = count + 1, (checksum + record_checksum(kind, key, seq)) % CHECKSUM_MODULUS
        found[stream] = (count, checksum, max(last, seq))
    for head in StreamHead.objects.order_by("stream"):
        count, checksum, last = found.pop(head.stream, (0, 0, 0))
        if (count, checksum) != (head.count, head.checksum):
            said = f"its head says {head.count}, {head.checksum}"
            yield f"Stream {head.stream}: {count} records, checksum {checksum}; {said}."
        if last > head.head:
            yield f"Stream {head.stream}: a record at {last}, beyond the head at {head.head}."
    yield from (f"Stream {stream} has records and no head." for stream in sorted(found))
