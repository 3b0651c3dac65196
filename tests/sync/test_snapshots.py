"""Kept pages: made once for all who ask at once, of the newest head only, and never more than there is room for."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from eventsync.sync import epoch, pull
from eventsync.sync.snapshots import Encoded, Life, Request, Shelf
from tests.cast import Games, Phone, add_person, make_games, make_phone

WHOLE = Request(after=0, base=0, limit=5_000, encoding="zstd")
AT_ONCE = 8


def page(size: int) -> tuple[Encoded, bool]:
    return Encoded(bytes(size), "zstd", '"e"'), True


def unwanted() -> tuple[Encoded, bool]:
    raise AssertionError("it was kept already")


def kept(shelf: Shelf, stream: str, life: Life, request: Request = WHOLE) -> bool:
    made: list[str] = []

    def note() -> tuple[Encoded, bool]:
        made.append(stream)
        return Encoded(b"", ""), False

    shelf.find_or_make(stream, life, request, note)
    return not made


@pytest.mark.django_db(transaction=True)
def test_first_pull_of_many_at_once_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    games = make_games()
    phones = [make_phone(games) for _ in range(AT_ONCE)]
    sound, made, start = pull.read_page, [], threading.Barrier(AT_ONCE)
    others_came = threading.Event()

    def slow(**named: Any) -> pull.Page:
        made.append(named["stream"])
        others_came.wait(1)  # time for the others to come
        return sound(**named)

    monkeypatch.setattr(pull, "read_page", slow)

    def first_pull(phone: Phone) -> bytes:
        try:
            start.wait()
            return bytes(phone.page(f"roster:{games.event.id}").content)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(first_pull, phones))
    assert made == [f"roster:{games.event.id}"]
    assert len(set(answers)) == 1
    assert len(answers[0].splitlines()) == 6


@pytest.mark.one_by_one
def test_snapshot_in_pages_is_kept_page_by_page(
    games: Games, phone: Phone, other_phone: Phone, django_assert_num_queries: Any
) -> None:
    stream = f"roster:{games.event.id}"
    first = phone.page(stream, limit=2)
    header, *changes = map(json.loads, first.content.splitlines())
    assert not header["complete"]
    rest = {"after": changes[-1]["seq"], "base": header["base"], "limit": 2}
    second = phone.page(stream, **rest)
    with django_assert_num_queries(8):  # twice epoch, token, venues, head: not the records
        assert other_phone.page(stream, limit=2).content == first.content
        assert other_phone.page(stream, **rest).content == second.content
    add_person(games.event, name="Late Comer", number="late")
    header, *changes = map(json.loads, other_phone.page(stream, **rest).content.splitlines())
    assert header["head"] == rest["base"] + 1


def test_snapshot_of_another_epoch_is_another_though_the_head_is_the_same(games: Games, phone: Phone) -> None:
    """What a restore put back may differ under the same number."""
    stream = f"roster:{games.event.id}"
    first = phone.page(stream)
    epoch.begin()
    second = phone.client.get(first.request["PATH_INFO"], headers=phone.headers | {"If-None-Match": first["ETag"]})
    assert (second.status_code, second["ETag"] == first["ETag"]) == (200, False)
    before, after = (json.loads(answer.content.splitlines()[0]) for answer in (first, second))
    assert (after["head"], after["epoch"] == before["epoch"]) == (before["head"], False)


def test_what_a_browser_may_keep_of_a_stream_is_asked_about_each_time_and_the_rest_is_not_kept(
    games: Games, phone: Phone
) -> None:
    stream = f"roster:{games.event.id}"
    snapshot, rest = phone.page(stream), phone.page(stream, after=1)
    said = [(answer.get("Cache-Control"), answer.get("Vary"), "ETag" in answer) for answer in (snapshot, rest)]
    assert said == [("private, no-cache", "Accept-Encoding", True), ("no-store", "Accept-Encoding", False)]


def test_shelf_keeps_only_the_newest_head_of_a_stream() -> None:
    shelf, old, new = Shelf(10**6), Life("e", 1), Life("e", 2)
    shelf.find_or_make("a", old, WHOLE, lambda: page(10))
    shelf.find_or_make("b", old, WHOLE, lambda: page(10))
    shelf.find_or_make("a", new, WHOLE, lambda: page(10))
    shelf.find_or_make("a", old, WHOLE, lambda: page(10))  # it was asked for before the head moved
    assert [kept(shelf, "a", old), kept(shelf, "a", new), kept(shelf, "b", old)] == [False, True, True]
    shelf.find_or_make("a", Life("after a restore", 1), WHOLE, lambda: page(10))
    assert [kept(shelf, "a", new), kept(shelf, "a", Life("after a restore", 1))] == [False, True]


def test_shelf_that_is_full_drops_what_was_asked_for_longest_ago() -> None:
    shelf, life = Shelf(10_000), Life("e", 1)
    for stream in "abc":
        shelf.find_or_make(stream, life, WHOLE, lambda: page(2_000))
    shelf.find_or_make("a", life, WHOLE, unwanted)
    shelf.find_or_make("d", life, WHOLE, lambda: page(2_000))
    assert {stream: kept(shelf, stream, life) for stream in "abcd"} == {"a": True, "b": False, "c": True, "d": True}
    shelf.find_or_make("huge", life, WHOLE, lambda: page(20_000))
    assert not kept(shelf, "huge", life)


def test_page_that_could_not_be_made_is_tried_again_by_the_next() -> None:
    shelf, life = Shelf(10_000), Life("e", 1)

    def failing() -> tuple[Encoded, bool]:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="away"):
        shelf.find_or_make("a", life, WHOLE, failing)
    assert shelf.find_or_make("a", life, WHOLE, lambda: page(7)).body == bytes(7)
