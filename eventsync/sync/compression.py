"""Content encodings: what a device may send compressed, and what it gets back."""

import gzip
import zlib
from io import BytesIO

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
    offers = {offer.split(";")[0].strip() for offer in accept.lower().split(",") if "q=0" not in offer.replace(" ", "")}
    if len(body) < _SMALL:
        return body, ""
    if "zstd" in offers:
        return zstandard.ZstdCompressor(level=3).compress(body), "zstd"
    if "gzip" in offers:
        return gzip.compress(body, compresslevel=6, mtime=0), "gzip"
    return body, ""
