"""Compressed bodies: whatever a sender may rightly make of one, and never more unpacked than is wanted."""

import gzip
from collections.abc import Callable

import pytest
import zstandard

from eventsync.sync.compression import decompress

BODY = b"0123456789" * 100
PACKED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("encoding", PACKED)
def test_body_may_be_packed_in_parts(encoding: str) -> None:
    pack = PACKED[encoding]
    assert decompress(pack(BODY[:300]) + pack(BODY[300:]), encoding=encoding, limit=len(BODY)) == BODY


@pytest.mark.parametrize("encoding", PACKED)
def test_no_more_is_unpacked_than_tells_that_it_is_too_much(encoding: str) -> None:
    assert len(decompress(PACKED[encoding](b" " * 50_000_000), encoding=encoding, limit=1_000)) == 1_001
