"""Pull: pages, cursors, snapshots, tombstones, and who may read what."""

import gzip
import json
from typing import Any
from zlib import crc32

import brotli
import pytest
import zstandard
from django.db import OperationalError, transaction

from eventsync.sync import pull
from eventsync.sync.models import Change
from eventsync.sync.streams import StreamNotLocked, lock
from tests.cast import Games, Phone, add_person, make_games, make_phone


def write(stream: str, **records: object) -> None:
    """One transaction: each record to its body, None to delete it."""
    with transaction.atomic():
        changes = lock([stream])
        for key, body in records.items():
            if body is None:
                changes.delete(stream, "thing", key)
            else:
                changes.put(stream, "thing", key, body)
        changes.write()


@pytest.fixture
def stream(phone: Phone) -> str:
    """A stream of this phone's own that nothing else writes to; it begins with the phone's profile at 1."""
    return f"device:{phone.id}"


def keys(changes: list[Any]) -> list[tuple[int, str, bool]]:
    return [(change["seq"], change["key"], change["deleted"]) for change in changes if change["kind"] == "thing"]


def walk(phone: Phone, stream: str, *, limit: int) -> list[list[tuple[int, str, bool]]]:
    """Pulls a snapshot page by page, as a device does."""
    after, base, pages = 0, 0, []
    while True:
        answer = phone.page(stream, after=after, base=base, limit=limit)
        header, *changes = map(json.loads, answer.content.splitlines())
        pages.append(keys(changes))
        base = base or header["base"]
        if header["complete"]:
            return pages
        after = changes[-1]["seq"]


@pytest.mark.parametrize("accept", ["application/x-ndjson", "application/json", "text/html", ""])
def test_a_page_is_lines_of_json_whatever_the_client_accepts(phone: Phone, stream: str, accept: str) -> None:
    write(stream, a=1)
    url = f"/api/v1/streams/{stream}/changes"
    answer = phone.client.get(url, headers=phone.headers | {"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    header, *changes = map(json.loads, answer.content.splitlines())
    assert (header["complete"], keys(changes)) == (True, [(2, "a", False)])


def test_pull_snapshot_has_the_newest_version_of_each_record(phone: Phone, stream: str) -> None:
    write(stream, a=1, b=1)
    write(stream, a=2)
    header, changes = phone.pull(stream)
    assert keys(changes) == [(2, "b", False), (3, "a", False)]
    assert [change["body"] for change in changes if change["key"] == "a"] == [2]
    assert {name: header[name] for name in ("stream", "after", "base", "head", "complete", "count")} == {
        "stream": stream,
        "after": 0,
        "base": 3,
        "head": 3,
        "complete": True,
        "count": 3,
    }


def test_pull_after_a_cursor_gives_what_changed_since(phone: Phone, stream: str) -> None:
    write(stream, a=1, b=1, c=1)
    write(stream, a=None, b=2)
    header, changes = phone.pull(stream, after=2)
    assert keys(changes) == [(3, "a", True), (3, "b", False)]
    assert ["body" in change for change in changes] == [False, True]
    assert (header["base"], header["head"], header["complete"]) == (2, 3, True)
    assert phone.pull(stream, after=3)[1] == []


def test_pull_rows_of_one_transaction_share_a_seq_that_no_page_splits(phone: Phone, stream: str) -> None:
    write(stream, a=1, b=1, c=1)
    write(stream, d=1)
    profile: list[Any] = []
    assert walk(phone, stream, limit=1) == [
        profile,
        [(2, "a", False), (2, "b", False), (2, "c", False)],
        [(3, "d", False)],
    ]


def test_pull_snapshot_leaves_tombstones_out_unless_they_are_newer_than_it(phone: Phone, stream: str) -> None:
    write(stream, a=1, b=1)
    write(stream, a=None)
    write(stream, c=1)
    header, changes = phone.pull(stream)
    assert keys(changes) == [(2, "b", False), (4, "c", False)]
    write(stream, b=None)
    answer = phone.page(stream, after=2, base=header["base"])
    assert keys(list(map(json.loads, answer.content.splitlines()))[1:]) == [(4, "c", False), (5, "b", True)]


def test_pull_pages_of_nothing_but_passed_over_tombstones_are_not_sent(phone: Phone, stream: str) -> None:
    for name in "abcdef":
        write(stream, **{name: 1})
    write(stream, z=1)
    for name in "bcd":
        write(stream, **{name: None})
    live = [(2, "a", False), (6, "e", False), (7, "f", False), (8, "z", False)]
    pages = walk(phone, stream, limit=1)
    assert [row for page in pages for row in page] == live
    assert pages[1:] == [[row] for row in live] + [[]]


def test_pull_snapshot_with_changes_between_its_pages_ends_as_the_server_is(phone: Phone, stream: str) -> None:
    for name in "abcdef":
        write(stream, **{name: 1})
    held: dict[str, Any] = {}
    after = base = 0
    header: dict[str, Any] = {}
    for turn in range(20):
        answer = phone.page(stream, after=after, base=base, limit=2)
        header, *changes = map(json.loads, answer.content.splitlines())
        base = base or header["base"]
        for change in changes:
            held.pop(change["key"], None)
            if not change["deleted"]:
                held[change["key"]] = change["seq"]
        if header["complete"]:
            break
        after = changes[-1]["seq"]
        if turn < 2:
            write(stream, **{"abcdef"[turn]: None, "f": turn + 5})
    stored = Change.objects.filter(stream=stream, deleted=False)
    assert held == dict(stored.values_list("key", "seq"))
    assert (
        header["checksum"]
        == sum(crc32(f"{kind}/{key}/{seq}".encode()) for kind, key, seq in stored.values_list("kind", "key", "seq"))
        % 2**32
    )
    assert header["count"] == len(held)


def test_pull_a_record_written_as_it_was_is_no_change(phone: Phone, stream: str) -> None:
    write(stream, a={"x": 1})
    write(stream, a={"x": 1}, never=None)
    assert phone.pull(stream)[0]["head"] == 2


def test_pull_bulk_loads_take_a_seq_for_each_500_rows(phone: Phone, stream: str) -> None:
    write(stream, **{f"k{number:04}": number for number in range(1_200)})
    _, changes = phone.pull(stream, after=1)
    assert {seq: sum(1 for change in changes if change["seq"] == seq) for seq in (2, 3, 4)} == {2: 500, 3: 500, 4: 200}


def test_pull_writing_without_the_lock_is_a_mistake(phone: Phone, stream: str) -> None:
    with transaction.atomic(), pytest.raises(StreamNotLocked):
        lock([]).put(stream, "thing", "a", 1)


@pytest.mark.parametrize("query", [{"after": 99}, {"after": 1, "base": 99}])
def test_pull_ahead_of_the_server_has_expired(phone: Phone, stream: str, query: dict[str, int]) -> None:
    answer = phone.page(stream, **query)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["fields"]) == (410, "cursor_expired", {"reason": "ahead"})


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=100001", "base=1.5", f"after={2**70}"])
def test_pull_wrong_query_is_malformed(phone: Phone, stream: str, query: str) -> None:
    answer = phone.client.get(f"/api/v1/streams/{stream}/changes?{query}", headers=phone.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")


def test_pull_streams_of_others_are_forbidden_whether_they_exist_or_not(
    games: Games, phone: Phone, other_phone: Phone
) -> None:
    others = make_games("others")
    at_hall = make_phone(games, venue=games.hall)
    family = make_phone(games, profile="family")
    answers = [
        phone.page(f"device:{other_phone.id}"),
        phone.page(f"roster:{others.event.id}"),
        phone.page(f"attendance:{others.hall.id}"),
        phone.page("nothing"),
        at_hall.page(f"attendance:{games.pool.id}"),
        family.page(f"roster:{games.event.id}"),
    ]
    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [(403, "forbidden")] * 6


@pytest.mark.one_by_one
def test_pull_roster_shows_what_a_door_needs_and_no_more(games: Games, phone: Phone) -> None:
    _, changes = phone.pull(f"roster:{games.event.id}")
    assert changes[0]["body"] == {
        "id": str(games.people[0].id),
        "name": "Guest 0",
        "search": "guest 0",
        "delegation": "",
        "role": "",
        "flags": [],
        "hold": False,
        "credentials": [games.digest(0)],
    }


def ask(phone: Phone, stream: str, **headers: str) -> Any:
    return phone.client.get(f"/api/v1/streams/{stream}/changes", headers=phone.headers | headers)


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("gzip;q=0.8", "gzip"),
        ("zstd;q=0, gzip;q=0.0, br; q=0.001", "br"),
        ("identity", None),
    ],
)
def test_pull_compressed(games: Games, phone: Phone, accept: str, encoding: str | None) -> None:
    decode = {
        None: bytes,
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,  # its length was not known when it began
    }
    stream = f"roster:{games.event.id}"
    packed = ask(phone, stream, **{"Accept-Encoding": accept})
    assert packed.get("Content-Encoding") == encoding
    assert decode[encoding](packed.content) == phone.page(stream).content


def test_pull_snapshot_of_an_unchanged_stream_is_made_once(
    games: Games, phone: Phone, other_phone: Phone, django_assert_num_queries: Any
) -> None:
    stream = f"roster:{games.event.id}"
    first = ask(phone, stream)
    with django_assert_num_queries(4):  # epoch, token, venues, head: not the records
        assert ask(other_phone, stream).content == first.content
    unchanged = ask(phone, stream, **{"If-None-Match": first["ETag"]})
    kept = ("ETag", "Vary", "Cache-Control")
    assert [unchanged[name] for name in kept] == [first[name] for name in kept]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    add_person(games.event, name="Late Comer", number="late")
    changed = ask(phone, stream, **{"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)
    assert len(changed.content.splitlines()) == len(first.content.splitlines()) + 1


def test_pull_from_a_locked_database_says_when_to_come_back(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**named: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(pull, "read_page", locked)
    answer = phone.page(f"roster:{games.event.id}")
    code = answer.json()["error"]["code"]
    assert (answer.status_code, code, answer["Retry-After"]) == (503, "unavailable", "5")


@pytest.mark.parametrize("guests", [1, 3])
def test_pull_takes_the_same_queries_for_any_number_of_rows(
    db: None, guests: int, django_assert_num_queries: Any
) -> None:
    games = make_games(people=guests)
    phone = make_phone(games)
    with django_assert_num_queries(5):  # epoch, token, venues, head, page
        assert len(phone.pull(f"roster:{games.event.id}")[1]) == guests
