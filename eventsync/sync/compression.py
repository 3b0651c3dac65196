"""Content encodings: what a device may send compressed, and what it gets back."""

import gzip
import re
import zlib
from collections.abc import Callable
from io import BytesIO

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
                with zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(BytesIO(body)) as reader:
                    return reader.read(limit + 1)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ApiError("malformed", f"The body is not {encoding} as it says.") from error
    raise ApiError("malformed", f"The content encoding {encoding!r} is not known here; gzip and zstd are.")


def _gunzip(body: bytes, most: int) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(body)) as reader:
        return reader.read(most)


def compress(body: bytes, *, accept: str) -> tuple[bytes, str]:
    """The body in the best encoding that the client accepts, and that encoding's name ("" for none)."""
    encoding = best(accept) if len(body) >= _SMALL else ""
    return (_ENCODERS[encoding](body), encoding) if encoding else (body, "")


def best(accept: str) -> str:
    """The first of our encodings that an Accept-Encoding header allows; "" when it allows none."""
    return next((encoding for encoding in _ENCODERS if encoding in _accepted(accept)), "")


def _accepted(header: str) -> set[str]:
    """The encodings that an Accept-Encoding header allows: those whose weight is not zero."""
    offers = (offer.partition(";") for offer in header.lower().replace(" ", "").split(","))
    return {name for name, _, weight in offers if not re.fullmatch(r"q=0(\.0*)?", weight)}


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    "br": lambda body: bytes(brotli.compress(body, quality=4)),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
