"""The rules on the vectors that the phone's twins run too."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from checkin import rules
from checkin.queries import by_whom

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


@pytest.mark.parametrize(("given", "expected"), cases("by_whom"))
def test_by_whom(given: dict[str, str], expected: str) -> None:
    assert by_whom(**given) == expected


@pytest.mark.parametrize(("given", "expected"), cases("attendance"))
def test_fold(given: dict[str, Any], expected: dict[str, Any] | None) -> None:
    folded = rules.fold(
        policy=given["policy"],
        entries=[rules.Entry(**entry | {"at": time(entry["at"])}) for entry in given["entries"]],
        voided=given["voided"],
        base=presence(given["base"]),
    )
    assert folded == presence(expected)


@pytest.mark.parametrize(("given", "expected"), cases("holds"))
def test_desk_after(given: list[dict[str, Any]], expected: str) -> None:
    entries = [rules.HoldEntry(**entry | {"at": time(entry["at"])}) for entry in given]
    assert [rules.desk_after(order) for order in (entries, entries[::-1])] == [expected] * 2


@pytest.mark.parametrize(("given", "expected"), cases("release_hashes"))
def test_release_hash(given: dict[str, Any], expected: str) -> None:
    assert rules.release_hash(given["code"], salt=given["salt"], iterations=given["iterations"]) == expected


@pytest.mark.parametrize(("given", "expected"), cases("release_tries"))
def test_wrong_in_a_row(given: list[dict[str, Any]], expected: list[str]) -> None:
    tries = [rules.Try(**each | {"at": time(each["at"])}) for each in given]
    for order in (tries, tries[::-1]):
        assert [each.id for each in rules.wrong_in_a_row(order)] == expected


@pytest.mark.parametrize(("given", "expected"), cases("slots"))
def test_slot_holders(given: dict[str, Any], expected: dict[str, list[str]]) -> None:
    for entries in (given["entries"], given["entries"][::-1]):
        told: dict[str, list[rules.Entry]] = {}
        for entry in entries:
            said = {name: value for name, value in entry.items() if name != "subject"}
            told.setdefault(entry["subject"], []).append(rules.Entry(**said | {"at": time(entry["at"])}))
        folds = {
            who: rules.fold(policy=given["policy"], entries=of, voided=given["voided"]) for who, of in told.items()
        }
        assert rules.slot_holders({who: presence for who, presence in folds.items() if presence}) == expected


@pytest.mark.parametrize(("given", "expected"), cases("admits"))
def test_objections(given: dict[str, Any], expected: list[str]) -> None:
    assert list(rules.objections(**given)) == expected


@pytest.mark.parametrize(("given", "expected"), cases("identities"))
def test_identities(given: dict[str, Any], expected: dict[str, str]) -> None:
    merges = [rules.Merge(**each | {"at": time(each["at"])}) for each in given["merges"]]
    assert rules.identities(merges, given["known"]) == rules.identities(merges[::-1], given["known"]) == expected


def test_printed_code_is_grouped_and_reads_back() -> None:
    assert rules.printed_code("ACDEFGHJKMNPQRT") == "ACDEF-GHJKM-NPQRT"
    assert rules.canonical_code(rules.printed_code("ACDEFGHJKMNPQRT").lower()) == "ACDEFGHJKMNPQRT"
    assert rules.printed_code("anybody's-code") == "anybody's-code"
