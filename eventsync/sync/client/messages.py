"""Small things of the wire: times, the checksum of a record."""

from datetime import UTC, datetime
from zlib import crc32

PROTOCOL = 1
CHECKSUM_MODULUS = 2**32


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """Such a time; ValueError when it is none."""
    return datetime.fromisoformat(text)


def record_checksum(kind: str, key: str, seq: int) -> int:
    """What one live record adds to the checksum of its stream (protocol 4.5)."""
    return crc32(f"{kind}/{key}/{seq}".encode())
