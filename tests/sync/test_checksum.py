"""The checksum of a record, on the vectors that the phone's twin runs too."""

import json
from pathlib import Path
from typing import Any

import pytest

from eventsync.sync.client.messages import record_checksum

VECTORS = Path(__file__).parent.parent / "contract" / "vectors" / "checksum.json"
CASES = [
    pytest.param(each["input"], each["expected"], id=each["name"]) for each in json.loads(VECTORS.read_text())["cases"]
]


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_record_checksum(given: dict[str, Any], expected: int) -> None:
    assert record_checksum(given["kind"], given["key"], given["seq"]) == expected
