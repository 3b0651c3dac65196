"""Compressed bodies: whatever a sender may rightly make of one, and never more unpacked than is wanted."""

import gzip
from collections.abc import Callable

import pytest
import zstandard

from eventsync.sync.compression import decompress
from tests.cast import Phone

BODY = b"0123456789" * 100
PACKED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
MOST = 1024 * 1024  # bytes that a push may have (protocol 3)


@pytest.mark.parametrize("encoding", PACKED)
def test_body_may_be_packed_in_parts(encoding: str) -> None:
    pack = PACKED[encoding]
    assert decompress(pack(BODY[:300]) + pack(BODY[300:]), encoding=encoding, limit=len(BODY)) == BODY


@pytest.mark.parametrize("encoding", PACKED)
def test_no_more_is_unpacked_than_tells_that_it_is_too_much(encoding: str) -> None:
    assert len(decompress(PACKED[encoding](b" " * 50_000_000), encoding=encoding, limit=1_000)) == 1_001


@pytest.mark.parametrize("encoding", PACKED)
def test_push_may_have_so_many_bytes_once_it_is_unpacked_and_not_one_more(phone: Phone, encoding: str) -> None:
    empty, asked = b'{"operations": []}', {"Content-Encoding": encoding}
    answers = [phone.post(PACKED[encoding](empty.ljust(length)), **asked) for length in (MOST, MOST + 1)]
    assert [answer.status_code for answer in answers] == [200, 413]
    error = answers[1].json()["error"]
    assert (error["code"], error["fields"]["max_bytes"]) == ("too_large", MOST)
