"""Content encodings: what a device may send compressed, and what it gets back."""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import brotli
import zstandard

from eventsync.sync.errors import ApiError

_SMALL = 1024


def decompress(body: bytes, *, encoding: str, limit: int) -> bytes:
    """The plain body; never unpacks more than `limit` + 1 bytes. ApiError `malformed` when it is damaged or unknown."""
    try:
        match encoding:
            case "" | "identity":
                return body
            case "gzip":
                return _gunzip(body, limit + 1)
            case "zstd":
                return _unzstd(body, limit + 1)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ApiError("malformed", f"The body is not {encoding} as it says.") from error
    raise ApiError("malformed", f"The content encoding {encoding!r} is not known here; gzip and zstd are.")


def _gunzip(body: bytes, most: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as reader:
        return reader.read(most)


def _unzstd(body: bytes, most: int) -> bytes:
    unpacking = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024)
    with unpacking.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        return reader.read(most)


def compress(pieces: Iterable[bytes], *, accept: str) -> tuple[bytes, str]:
    """The pieces together, in the best encoding that the client accepts, and that encoding's name ("" for none).

    The plain text is never held whole; what is small is left as it is.
    """
    start = b""
    rest = iter(pieces)
    while len(start) < _SMALL and (piece := next(rest, b"")):
        start += piece
    encoding = best(accept) if len(start) >= _SMALL else ""
    packed = io.BytesIO()
    for part in _ENCODERS[encoding](chain([start], rest)):
        packed.write(part)
    return packed.getvalue(), encoding


def best(accept: str) -> str:
    """The first of our encodings that an Accept-Encoding header allows; "" when it allows none."""
    accepted = _accepted(accept)
    return next((encoding for encoding in _ENCODERS if encoding in accepted), "")


def _accepted(header: str) -> set[str]:
    """The encodings that an Accept-Encoding header allows: those whose weight is not zero."""
    offers = (offer.partition(";") for offer in header.lower().replace(" ", "").split(","))
    return {name for name, _, weight in offers if not re.fullmatch(r"q=0(\.0*)?", weight)}


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    yield from map(packer.compress, pieces)
    yield packer.flush()


def _brotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = brotli.Compressor(quality=4)
    yield from map(packer.process, pieces)
    yield packer.finish()


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, wbits=zlib.MAX_WBITS | 16)
    yield from map(packer.compress, pieces)
    yield packer.flush()


# In the order of our preference.
_ENCODERS: dict[str, Callable[[Iterable[bytes]], Iterable[bytes]]] = {
    "zstd": _zstd,
    "br": _brotli,
    "gzip": _gzip,
    "": iter,
}
