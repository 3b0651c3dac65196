"""Families who come by one code: by a reader that types, by the camera, and by the result of one of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_groups import fits, groups, without_network
from tests.e2e.door.test_kinds import looks_well, word
from tests.e2e.door.test_spoken import Listener, compare
from tests.e2e.film import camera, film, qr, scene
from tests.e2e.looks import speak
from tests.e2e.stage import PATIENCE, Phone, Server, axe
from tests.e2e.tour import AT_ONCE, DOOR

ANN, BO, CLEO = "Ann Ekholm", "Bo Ekholm", "Cleo Ekholm"
TICKET, BAND = "ticket/7-of-2026", "band/0815-2026"
ROSTER = f"""number,name,delegation,role,family,codes
E-1,{ANN},Åland,coach,E7,{TICKET}
E-2,{BO},Åland,athlete,E7,{TICKET}
E-3,{CLEO},Åland,family,E7,{TICKET}
L-1,Lin Lindqvist,Åland,athlete,L8,{BAND}
L-2,Mei Lindqvist,Åland,family,L8,
"""
ALL = PEOPLE + 5


@pytest.fixture
def with_families(server: Server, code: str, tmp_path: Path, new_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """Makes a phone at the main door whose list has the families; it is ready to work without a network."""
    file = tmp_path / "families.csv"
    file.write_text(ROSTER, encoding="utf-8")
    server.manage("import_roster", str(file), "--event", "demo")

    def make(**options: Any) -> Phone:
        phone = new_phone(**options)
        phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint=DOOR)
        expect(phone.page.get_by_text(f"{ALL} people on the list")).to_be_visible()
        return phone

    return make


def family(phone: Phone, count: int) -> Locator:
    """The screen of the Ekholms, once it waits for the tap that lets in so many."""
    shown = phone.page.get_by_role("region", name=f"Family of {ANN}")
    expect(shown.get_by_role("button", name=f"Let in {count}", exact=True)).to_be_focused(timeout=PATIENCE * 1000)
    return shown


def said(phone: Phone) -> list[tuple[str, str, bool]]:
    """Kind, method, and whether the code was recorded rather than a person."""
    rows = sorted((row["operation"] for row in phone.rows()), key=lambda row: row["seq"])
    return [(row["kind"], row["payload"]["method"], "credential" in row["payload"]) for row in rows]


@pytest.mark.long
def test_the_code_of_a_family_that_a_reader_types_shows_all_of_them(
    server: Server, with_families: Callable[..., Phone]
) -> None:
    phone = without_network(with_families(), people=ALL)
    page = phone.page
    page.evaluate(AT_ONCE, TICKET)
    shown = family(phone, 3)
    phone.shows(present=0, pending=0)
    looks_well(phone, "family")
    shown.get_by_role("checkbox", name=CLEO).uncheck()
    shown.get_by_role("button", name="Let in 2", exact=True).click()
    expect(shown.get_by_role("group", name="Just recorded here")).to_contain_text("2 recorded")
    expect(shown.get_by_role("checkbox", name=CLEO)).not_to_be_checked()
    phone.shows(present=2, pending=2)
    expect(shown.get_by_role("list", name="Done")).to_have_count(0)  # they are told as just recorded
    looks_well(phone, "family-recorded")
    page.evaluate(AT_ONCE, BAND)
    word(phone, "In")
    page.get_by_role("button", name="1 more of the family").click()
    others = page.get_by_role("region", name="Family of Lin Lindqvist")
    expect(others.get_by_role("checkbox", name="Mei Lindqvist")).not_to_be_checked()
    expect(others.get_by_role("list", name="Done: 1")).to_contain_text("Lin Lindqvist")
    assert said(phone) == [
        ("checkin.arrive", "scan", True),
        ("checkin.arrive", "scan", False),
        ("checkin.arrive", "scan", True),
    ]
    assert len(groups(phone) - {None}) == 1
    page.context.set_offline(False)
    phone.shows(present=3, pending=0)
    assert [(row["settled"]["verdict"], row["settled"]["flags"]) for row in phone.rows()] == [("accepted", [])] * 3
    server.manage("audit", "--json")


@pytest.mark.long
def test_keys_that_come_one_by_one_are_the_code_of_a_family_too(with_families: Callable[..., Phone]) -> None:
    phone = with_families()
    phone.scan(TICKET)
    shown = family(phone, 3)
    phone.page.keyboard.press("Space")  # return or tab at once would be the reader's own, twice
    expect(shown.get_by_role("group", name="Just recorded here")).to_be_focused()
    phone.shows(present=3)
    shown.get_by_role("button", name="Next person").focus()
    phone.page.keyboard.press("Space")
    expect(phone.page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.long
def test_the_code_of_a_family_before_the_camera(with_families: Callable[..., Phone], tmp_path: Path) -> None:
    clip = film(tmp_path / "film.y4m", [(scene((qr(TICKET), (0, 0))), 60)])
    phone = with_families(switches=camera(clip), permissions=["camera"])
    phone.page.get_by_role("button", name="Scan with the camera").click()
    shown = family(phone, 3)
    # It stays in view, and changes nothing.
    shown.get_by_role("checkbox", name=BO).uncheck()
    shown.get_by_role("button", name="Let in 2", exact=True).click()
    phone.shows(present=2)
    expect(shown.get_by_role("checkbox", name=BO)).not_to_be_checked()


@pytest.mark.long
def test_a_family_fits_in_every_language(with_families: Callable[..., Phone]) -> None:
    phone = without_network(with_families(), people=ALL)
    phone.page.evaluate(AT_ONCE, TICKET)
    family(phone, 3)
    found = {}
    for language in ("es", "fi", "ar", "en"):
        speak(phone.page, language)
        found[language] = [*fits(phone.page), *axe(phone.page, "color-contrast-enhanced")]
    assert found == {language: [] for language in ("es", "fi", "ar", "en")}


@pytest.mark.long
def test_a_family_is_told(with_families: Callable[..., Phone]) -> None:
    phone = without_network(with_families(), people=ALL)
    phone.page.get_by_role("searchbox").focus()
    heard = Listener(phone.page)
    phone.page.evaluate(AT_ONCE, TICKET)
    family(phone, 3)
    heard.hear("A reader typed the code of a family")
    phone.page.keyboard.press("Space")
    expect(phone.page.get_by_role("group", name="Just recorded here")).to_be_focused()
    heard.hear("They are let in")
    heard.read("What came of it")
    compare("family", heard)
