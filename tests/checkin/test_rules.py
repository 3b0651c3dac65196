"""The rules on the vectors that the phone's twins run too."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from checkin import rules

VECTORS = Path(__file__).parent.parent / "contract" / "vectors"


def cases(name: str) -> list[Any]:
    return [
        pytest.param(case["input"], case["expected"], id=case["name"])
        for case in json.loads((VECTORS / f"{name}.json").read_text())["cases"]
    ]


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def presence(shape: dict[str, Any] | None) -> rules.Presence | None:
    return rules.Presence(**shape | {"since": time(shape["since"])}) if shape else None


@pytest.mark.parametrize(("given", "expected"), cases("codes"))
def test_codes(given: dict[str, str], expected: dict[str, str]) -> None:
    assert {
        "canonical": rules.canonical_code(given["code"]),
        "digest": rules.credential_digest(given["event"], given["code"]),
    } == expected


@pytest.mark.parametrize(("given", "expected"), cases("search"))
def test_search_key(given: dict[str, str], expected: dict[str, str]) -> None:
    assert {"key": rules.search_key(given["name"])} == expected


@pytest.mark.parametrize(("given", "expected"), cases("windows"))
def test_window_at(given: dict[str, Any], expected: str) -> None:
    windows = [rules.Window(each["id"], time(each["start"]), time(each["end"])) for each in given["windows"]]
    found = rules.window_at(policy=given["policy"], tz=given["tz"], windows=windows, at=time(given["at"]))
    assert found == expected


@pytest.mark.parametrize(("given", "expected"), cases("attendance"))
def test_fold(given: dict[str, Any], expected: dict[str, Any] | None) -> None:
    folded = rules.fold(
        policy=given["policy"],
        entries=[rules.Entry(**entry | {"at": time(entry["at"])}) for entry in given["entries"]],
        voided=given["voided"],
        base=presence(given["base"]),
    )
    assert folded == presence(expected)


def test_printed_code_is_grouped_and_reads_back() -> None:
    assert rules.printed_code("ACDEFGHJKMNPQRT") == "ACDEF-GHJKM-NPQRT"
    assert rules.canonical_code(rules.printed_code("ACDEFGHJKMNPQRT").lower()) == "ACDEFGHJKMNPQRT"
    assert rules.printed_code("anybody's-code") == "anybody's-code"
