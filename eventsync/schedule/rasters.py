"""Pictures of dots: PNG, JPEG, WebP. What draws is kept; what they say of who made them, and where, is not."""

import re
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

PNG, JPEG, WEBP = "png", "jpg", "webp"
DAMAGED = "The picture is damaged."

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}

_START, _END, _SCAN, _EXIF = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_TELLING = {*range(0xE1, 0xF0), 0xFE} - {0xEE}  # Exif, places, remarks; 0xEE says how colours are meant
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_ORIENTATION = 0x0112

_DRAWS = {b"VP8 ", b"VP8L", b"ALPH"}
_ALPHA_ONLY = 0x10  # of what an extended WebP says that it has


class Refused(Exception):
    """Why a picture is not taken, in one sentence."""


class Raster(NamedTuple):
    """Its size in dots."""

    kind: str
    content: bytes
    width: int
    height: int


def digest_of(content: bytes) -> str:
    """By which what is kept of a picture is known: 32 hexadecimal digits."""
    return sha256(content).hexdigest()[:32]


def read(content: bytes) -> Raster | None:
    """The same picture, written anew; None if it is of no kind that is known here. Refused if it is damaged."""
    try:
        if content.startswith(_SIGNATURE):
            return _png(content)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError) as error:
        raise Refused(DAMAGED) from error
    return None


def _png(content: bytes) -> Raster:
    kept, at, size = [_SIGNATURE], len(_SIGNATURE), (0, 0)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        body, end = content[at + 8 : at + 8 + length], at + 12 + length
        if end > len(content) or zlib.crc32(kind + body) != int.from_bytes(content[end - 4 : end]):
            raise Refused(DAMAGED)
        if (kind == b"IHDR") != (at == len(_SIGNATURE)):
            raise Refused(DAMAGED)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        if kind in _CHUNKS:
            kept.append(content[at:end])
        at = end
        if kind == b"IEND":
            return Raster(PNG, b"".join(kept), *size)


def _jpeg(content: bytes) -> Raster:
    kept, size = [b"\xff\xd8"], (0, 0)
    for code, body, segment in _segments(content):
        if code in _FRAMES:
            size = struct.unpack_from(">HH", body, 1)
        if code == _EXIF and _is_turned(body):
            raise Refused("It lies on its side for who does not turn it. Open it, turn it, save it, and try again.")
        if code not in _TELLING:
            kept.append(segment)
    height, width = size
    return Raster(JPEG, b"".join(kept), width, height)


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, what it says, and all of it, with the dots that follow; nothing after the end of the picture."""
    at = 2
    while True:
        found = _NEXT_MARKER.match(content, at)
        if found is None:
            raise Refused(DAMAGED)
        code, begin = content[found.end() - 1], found.end()
        if code == _END:
            yield code, b"", b"\xff\xd9"
            return
        end = begin + struct.unpack_from(">H", content, begin)[0]
        body = content[begin + 2 : end]
        if code == _SCAN:
            after = _NEXT_MARKER.search(content, end)
            end = after.start() if after else len(content)
        if end > len(content) or code == _START:
            raise Refused(DAMAGED)
        yield code, body, bytes([0xFF, code]) + content[begin:end]
        at = end


def _is_turned(body: bytes) -> bool:
    """Whether it says of itself, as phones do, that whoever shows it has to turn it."""
    if not body.startswith(b"Exif\0\0"):
        return False
    said = body[6:]
    order = "<" if said.startswith(b"II") else ">"
    (first,) = struct.unpack_from(f"{order}I", said, 4)
    (count,) = struct.unpack_from(f"{order}H", said, first)
    entries = (struct.unpack_from(f"{order}HHIH", said, first + 2 + 12 * each) for each in range(count))
    return any(tag == _ORIENTATION and value != 1 for tag, _, _, value in entries)


def _webp(content: bytes) -> Raster:
    kept, size = list[bytes](), (0, 0)
    at, last = 12, 8 + struct.unpack_from("<I", content, 4)[0]
    if last > len(content):
        raise Refused(DAMAGED)
    while at < last:
        kind, length = struct.unpack_from("<4sI", content, at)
        body, at = content[at + 8 : at + 8 + length], at + 8 + length + length % 2
        if kind in {b"ANIM", b"ANMF"}:
            raise Refused("It moves. Take a picture that stays still.")
        if at > last:
            raise Refused(DAMAGED)
        if kind == b"VP8X":
            kept.append(_chunk(kind, bytes([body[0] & _ALPHA_ONLY]) + body[1:10]))
        elif kind in _DRAWS:
            size = size if kind == b"ALPH" else _webp_size(kind, body)
            kept.append(_chunk(kind, body))
    whole = b"WEBP" + b"".join(kept)
    return Raster(WEBP, b"RIFF" + struct.pack("<I", len(whole)) + whole, *size)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Refused(DAMAGED)
