"""Packs of symbols: taken whole or not at all, whatever is in the file."""

import io
import json
import re
import struct
import zipfile
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule import packs
from eventsync.schedule.models import Activity, Event, OwnSymbol
from eventsync.schedule.packs import MOST_SYMBOLS, PackRefused
from tests.desk import charlie, staff, text_of
from tests.schedule.plan.plans import Day, make_day, release
from tests.schedule.test_drawings import png, svg
from tests.schedule.test_own_symbols import PAGE, SYMBOLS, pictures

PACK = f"{SYMBOLS}pack/"
BALLS, PINS = svg('<circle cx="12" cy="12" r="9"></circle>'), png(64, 64)


def drawn(file: str, **words: str) -> dict[str, Any]:
    return {"file": file, "words": words}


A = drawn("boccia.svg", en="A", fi="Peli")
SYMBOLS_OF_PACK = {
    "boccia": drawn("boccia.svg", en="Boccia", fi="Boccia-peli", de="Boccia"),
    "pins": drawn("more/pins.png", en="Skittles"),
}


def manifest(symbols: Any = None, **said: Any) -> bytes:
    usual = {"credit": "Maria Öz", "licence": "CC BY 4.0", "source": "https://maria.example/"}
    return json.dumps({**usual, "symbols": SYMBOLS_OF_PACK if symbols is None else symbols} | said).encode()


def packed(told: bytes | None = None, *, folder: str = "", more: dict[str, bytes] | None = None) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {"boccia.svg": BALLS, "more/pins.png": PINS, **(more or {})}.items():
            package.writestr(folder + name, content)
        package.writestr(f"{folder}pack.json", manifest() if told is None else told)
    return written.getvalue()


def bring(client: Client, content: bytes, event: str = "games") -> str:
    file = SimpleUploadedFile("sports.zip", content)
    return unescape(text_of(client.post(PACK, {"event": event, "file": file}, follow=True)))


def refused(event: Event, content: bytes) -> list[str]:
    with pytest.raises(PackRefused) as why:
        packs.add(event, content)
    return list(why.value.problems)


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(languages=["fi"])
    games.event.refresh_from_db()
    return make_day(games)


def test_pack_is_added_chosen_shown_with_words_and_whose_it_is_and_kept_by_phones(day, client):
    manager = staff("mara", Rank.MANAGER, day.event)
    assert 'href="/admin/schedule/ownsymbol/pack/"' in manager.get(SYMBOLS).content.decode()
    assert "2 new symbols of" in bring(manager, packed())
    boccia, pins = OwnSymbol.objects.order_by("key")
    assert (boccia.word, boccia.texts, bytes(boccia.drawing)) == ("Boccia", {"fi": {"word": "Boccia-peli"}}, BALLS)
    assert (pins.word, pins.texts, pins.kind, pins.credit) == ("Skittles", {}, "png", "Maria Öz, CC BY 4.0")
    assert [entry.change_message for entry in LogEntry.objects.all()] == 2 * ["Added from sports.zip."]
    form = manager.get(f"/admin/schedule/activity/{day.swim.pk}/change/").content.decode()
    assert '<option value="boccia">Boccia</option>' in form
    Activity.objects.filter(pk=day.swim.pk).update(symbol="boccia")
    release(day.event)
    address = f"/symbols/{boccia.digest}.svg"
    assert pictures(client, f"{PAGE}2026-07-04/?lang=fi") == [(address, "Boccia-peli")]
    told = client.get(f"{PAGE}pictures/").content.decode()
    assert '<p>Boccia: <a href="https://maria.example/" rel="noreferrer"><bdi>Maria Öz, CC BY 4.0</bdi></a></p>' in told
    assert client.get(f"{PAGE}copy.json?lang=en").json()["extras"] == [address]


def test_the_same_pack_again_adds_nothing_and_a_larger_one_what_is_new(day):
    one = packed(manifest({"boccia": SYMBOLS_OF_PACK["boccia"]}))
    assert [len(packs.add(day.event, one).symbols) for _ in range(2)] == [1, 0]
    done = packs.add(day.event, packed(folder="sports/", more={"__MACOSX/sports/._pack.json": b"\0"}))
    assert ([row.key for row in done.symbols], done.known) == (["pins"], 1)


def test_what_is_there_is_never_changed_and_nothing_of_the_pack_is_taken(day):
    packs.add(day.event, packed())
    before = [*OwnSymbol.objects.values()]
    other = {**SYMBOLS_OF_PACK, "boccia": drawn("other.svg", en="Bowls"), "new": drawn("new.svg", en="New")}
    content = packed(manifest(other), more={"other.svg": svg('<path d="M0 0"/>'), "new.svg": svg('<path d="M1 1"/>')})
    assert refused(day.event, content) == ["boccia: Another symbol of this event is named so."]
    assert [*OwnSymbol.objects.values()] == before


@pytest.mark.parametrize(
    ("symbols", "why"),
    [
        ({"a": A, "b": drawn("boccia.svg", en="B")}, "b: Another symbol of this event has this"),
        ({"a": A, "b": drawn("more/pins.png", en="a")}, "b: Another symbol of this event means"),
        ({"a": A, "b": drawn("more/pins.png", en="B", fi="peli")}, "b: Another symbol means “peli”"),
        ({"a": drawn("boccia.svg", en="Swimming")}, "a: Another symbol means “Swimming”"),
        ({"a": drawn("boccia.svg", en="A", fi="uinti")}, "a: Another symbol means “uinti”"),
        ({"swim": drawn("boccia.svg", en="A")}, "swim: There is a symbol of this name already."),
        ({"no key": drawn("boccia.svg", en="A")}, "no key: key: Enter a valid “slug”"),
        ({"a": drawn("boccia.svg", fi="A")}, "a: It has no word in English, the event's language."),
        ({"a": drawn("boccia.svg", en="A" * 41)}, "a: word: Ensure this value has at most 40"),
        ({"a": drawn("boccia.svg", en="A", fi="A" * 41)}, "a: A word has at most 40 characters."),
        ({"a": drawn("none.svg", en="A")}, "a: There is no file none.svg."),
        ({"a": drawn("../boccia.svg", en="A")}, "a: There is no file ../boccia.svg."),
        ({"a": drawn("pack.json", en="A")}, "a: It is neither an SVG nor a PNG."),
        ({}, "A pack has 1 to 200 symbols, this one 0."),
        ({f"a{each}": A for each in range(MOST_SYMBOLS + 1)}, "A pack has 1 to 200 symbols, this one 201."),
        ({"a": {"file": "boccia.svg"}}, "pack.json cannot be read: Object missing required field `words`"),
        ([], "pack.json cannot be read: Expected `object`"),
    ],
)  # fmt: skip
def test_one_symbol_that_cannot_be_says_why_and_none_is_taken(day, symbols, why):
    problems = refused(day.event, packed(manifest(symbols)))
    assert [each[: len(why)] for each in problems] == [why]
    assert OwnSymbol.objects.count() == 0


def test_all_that_is_wrong_is_said_at_once(day):
    symbols = {f"a{each}": drawn("none.svg", en=f"A{each}") for each in range(60)}
    shown = bring(staff("mara", Rank.MANAGER, day.event), packed(manifest(symbols)))
    assert len(re.findall(r"a\d+: There is no file none\.svg\.", shown)) == 50
    assert "… and 10 more." in shown


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"licence": " "}, "pack.json does not say who drew them (credit), or under which licence."),
        ({"source": "javascript:alert(1)"}, "boccia: source: Enter a valid URL."),
        ({"author": "Maria"}, "pack.json cannot be read: Object contains unknown field `author`."),
    ],
)
def test_whose_they_are_is_said_and_nothing_is_left_out_in_silence(day, told, why):
    problems = refused(day.event, packed(manifest({"boccia": SYMBOLS_OF_PACK["boccia"]}, **told)))
    assert problems == [why]


def damaged() -> dict[str, bytes]:
    whole = packed()
    locked = bytearray(whole)
    for at in (found.start() for found in re.finditer(rb"PK\x03\x04", whole)):
        locked[at + 6] |= 1
    for at in (found.start() for found in re.finditer(rb"PK\x01\x02", whole)):
        locked[at + 8] |= 1
    odd = bytearray(whole)
    for at in (found.start() for found in re.finditer(rb"PK\x01\x02", whole)):
        odd[at + 10 : at + 12] = struct.pack("<H", 99)
    flipped = bytearray(whole)
    flipped[whole.index(b"more/pins.png") + 20] ^= 0xFF
    files = {"none": b"", "text": b"boccia", "cut": whole[:-30], "password": bytes(locked), "method": bytes(odd)}
    return files | {"flipped": bytes(flipped)}


@pytest.mark.parametrize("how", ["none", "text", "cut", "password", "method", "flipped"])
def test_damaged_file_is_refused_with_a_sentence(day, how):
    assert refused(day.event, damaged()[how]) == ["The file is no ZIP, or it is damaged or has a password."]
    assert OwnSymbol.objects.count() == 0


def test_file_that_unpacks_without_end_is_not_unpacked(day):
    bomb = packed(more={"boccia.svg": b"<svg" + b" " * 30_000_000})
    assert len(bomb) < 200_000
    assert refused(day.event, bomb) == ["boccia: It is too large. A drawing has at most 50 kB."]
    assert refused(day.event, packed(b" " * 30_000_000)) == ["pack.json is too large."]
    deep = b'{"symbols": ' + b"[" * 100_000
    assert refused(day.event, packed(deep))[0].startswith("pack.json cannot be read: ")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("boccia.svg", BALLS)
    assert refused(day.event, written.getvalue()) == [
        "There is no pack.json in it, which says what each drawing means."
    ]
    assert refused(day.event, b"PK" + b"\0" * packs.MOST) == ["The file is too large. A pack has at most 10 MB."]


def test_manifest_that_the_page_shows_can_be_had_so(day):
    shown = staff("mara", Rank.MANAGER, day.event).get(PACK).content.decode()
    [example] = re.findall(r'(?s)<pre class="exact">(.+?)</pre>', shown)
    [boccia] = packs.add(day.event, packed(unescape(example).encode())).symbols
    assert (boccia.word, boccia.credit) == ("Boccia", "Maria Öz, CC BY 4.0")


def test_manifest_of_a_windows_editor_is_read(day):
    assert len(packs.add(day.event, packed(b"\xef\xbb\xbf" + manifest())).symbols) == 2


def test_what_does_not_draw_is_left_out_of_packs_too(day):
    bad = svg('<circle cx="12" cy="12" r="9" onclick="alert(1)"/><script>alert(1)</script>')
    packs.add(day.event, packed(more={"boccia.svg": bad}))
    assert bytes(OwnSymbol.objects.get(key="boccia").drawing) == BALLS


def test_managers_of_the_event_bring_packs_and_others_do_not(day, games):
    lead = staff("lena", Rank.LEAD, day.event)
    assert (lead.get(PACK).status_code, charlie().get(PACK).status_code) == (403, 403)
    elsewhere = Event.objects.create(slug="camp", name="Camp", tz="UTC", first_day="2026-07-04", last_day="2026-07-04")
    manager = staff("mara", Rank.MANAGER, elsewhere)
    assert "Select a valid choice." in bring(manager, packed())
    assert "2 new symbols of" in bring(manager, packed(), "camp")
    assert {row.event for row in OwnSymbol.objects.all()} == {elsewhere}
