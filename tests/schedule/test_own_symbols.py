"""Symbols that organisers add: drawn by somebody who is named, each with one meaning, beside its word everywhere."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event, OwnSymbol
from tests.desk import charlie, staff
from tests.schedule.plan.plans import Day, make_day, release
from tests.schedule.test_drawings import png, svg

SYMBOLS, PAGE = "/admin/schedule/ownsymbol/", "/schedule/games/"
BALLS = svg('<circle cx="12" cy="12" r="9" onclick="alert(1)"/><script>alert(1)</script>')


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(languages=["fi"])
    games.event.refresh_from_db()
    return make_day(games)


def typed(event: Event, content: bytes | None = BALLS, **said: Any) -> dict[str, Any]:
    file = {"file": SimpleUploadedFile("balls.svg", content)} if content else {}
    usual = {"event": event.pk, "key": "boccia", "word": "Boccia", "credit": "Maria Öz, CC BY 4.0", "source": ""}
    return usual | file | said


def page(symbol: OwnSymbol, what: str = "change") -> str:
    return f"{SYMBOLS}{symbol.pk}/{what}/"


def add(client: Client, event: Event, **said: Any) -> str:
    answer = client.post(f"{SYMBOLS}add/", typed(event, **said))
    return "" if answer.status_code == 302 else answer.content.decode()


def pictures(client: Client, address: str) -> list[tuple[str, str]]:
    html = client.get(address).content.decode()
    return re.findall(r'<img class="picture" src="([^"]+)" alt="" width="40" height="40">\s*([^<]*[^<\s])', html)


def test_manager_adds_one_and_families_see_it_with_its_word_and_whose_it_is(day, client):
    manager = staff("mara", Rank.MANAGER, day.event)
    Activity.objects.filter(pk=day.swim.pk).update(symbol="boccia")
    release(day.event)
    assert pictures(client, PAGE) == []
    assert add(manager, day.event, source="https://maria.example/") == ""
    symbol = OwnSymbol.objects.get()
    address = f"/symbols/{symbol.digest}.svg"
    assert pictures(client, f"{PAGE}2026-07-04/") == [(address, "Boccia")]
    told = client.get(f"{PAGE}pictures/").content.decode()
    assert pictures(client, f"{PAGE}pictures/") == [(address, "Boccia")]
    assert '<p>Boccia: <a href="https://maria.example/" rel="noreferrer"><bdi>Maria Öz, CC BY 4.0</bdi></a></p>' in told
    assert client.get(f"{PAGE}copy.json?lang=en").json()["extras"] == [address]
    kept = typed(day.event, None, edited=1, word_fi="Boccia-peli")
    assert manager.post(page(symbol), kept).status_code == 302
    assert pictures(client, f"{PAGE}2026-07-04/?lang=fi") == [(address, "Boccia-peli")]
    assert f'<img src="{address}"' in manager.get(SYMBOLS).content.decode()


def test_word_that_nobody_translated_says_its_language(day, client):
    Activity.objects.filter(pk=day.swim.pk).update(symbol="boccia")
    release(day.event)
    add(staff("mara", Rank.MANAGER, day.event), day.event)
    html = client.get(f"{PAGE}2026-07-04/?lang=fi").content.decode()
    assert re.search(r'height="40">\s+<bdi lang="en" dir="ltr">Boccia</bdi>', html)


def test_drawing_is_kept_clean_and_by_everybody_for_ever(day, client):
    add(staff("mara", Rank.MANAGER, day.event), day.event)
    answer = client.get(f"/symbols/{OwnSymbol.objects.get().digest}.svg")
    assert answer.content == svg('<circle cx="12" cy="12" r="9"></circle>')
    wanted = {
        "Content-Type": "image/svg+xml",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer[name] for name in wanted} == wanted
    assert not answer.cookies
    assert client.get(f"/symbols/{OwnSymbol.objects.get().digest}.png").status_code == 404
    assert client.get("/symbols/none.svg").status_code == 404


def test_another_drawing_has_another_address_and_one_that_goes_is_gone(day, client):
    manager = staff("mara", Rank.MANAGER, day.event)
    Activity.objects.filter(pk=day.swim.pk).update(symbol="boccia")
    release(day.event)
    add(manager, day.event)
    symbol = OwnSymbol.objects.get()
    (before,) = pictures(client, f"{PAGE}2026-07-04/")
    assert manager.post(page(symbol), typed(day.event, png(), edited=1)).status_code == 302
    (after,) = pictures(client, f"{PAGE}2026-07-04/")
    assert (before != after, after[0].endswith(".png")) == (True, True)
    assert client.get(after[0])["Content-Type"] == "image/png"
    assert manager.post(page(symbol, "delete"), {"post": "yes"}).status_code == 302
    assert pictures(client, f"{PAGE}2026-07-04/") == []


def test_one_symbol_has_one_meaning_and_one_word_one_symbol(day, games):
    manager = staff("mara", Rank.MANAGER, day.event)
    assert "There is a symbol of this name already." in add(manager, day.event, key="swim")
    assert "One word has one symbol." in add(manager, day.event, word="swimming")
    assert add(manager, day.event) == ""
    other = svg('<circle cx="2" cy="2" r="1"/>')
    assert "Another symbol of this event is named so." in add(manager, day.event, content=other, word="Bowls")
    assert "One word has one symbol." in add(manager, day.event, content=other, key="bowls", word="BOCCIA")
    assert "One symbol has one meaning." in add(manager, day.event, key="bowls", word="Bowls")
    assert add(manager, day.event, content=other, key="bowls", word="Bowls") == ""
    bowls = OwnSymbol.objects.get(key="bowls")
    said = typed(day.event, None, key="bowls", word="Bowls", edited=1)
    assert "One word has one symbol." in manager.post(page(bowls), said | {"word_fi": "Uinti"}).content.decode()
    assert manager.post(page(bowls), said | {"word_fi": "Keilat"}).status_code == 302


def test_what_is_no_drawing_is_refused_with_a_sentence(day):
    manager = staff("mara", Rank.MANAGER, day.event)
    assert "It is neither an SVG nor a PNG." in add(manager, day.event, content=b"GIF89a")
    assert "This field is required." in add(manager, day.event, content=None)
    assert "This field is required." in add(manager, day.event, credit="")
    assert OwnSymbol.objects.count() == 0


def test_activities_offer_it_by_its_word_at_this_event_only(day, games):
    manager = staff("mara", Rank.MANAGER, day.event)
    add(manager, day.event)
    form = manager.get(f"/admin/schedule/activity/{day.swim.pk}/change/").content.decode()
    assert '<option value="boccia">Boccia</option>' in form


def test_leads_look_and_strangers_do_not(day):
    add(staff("mara", Rank.MANAGER, day.event), day.event)
    symbol = OwnSymbol.objects.get()
    lead = staff("lena", Rank.LEAD, day.event)
    assert (lead.get(page(symbol)).status_code, lead.post(page(symbol), {}).status_code) == (200, 403)
    assert (charlie().get(SYMBOLS).status_code, lead.get(f"{SYMBOLS}add/").status_code) == (403, 403)
