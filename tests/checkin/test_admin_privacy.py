"""The page on which an owner exports or erases what is held of somebody."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from checkin.models import Person, SafetyAccess
from eventsync.access.ranks import Rank
from tests.cast import Games, make_games
from tests.checkin.erasure import NAME, Life, found, make_life
from tests.checkin.walk_ins import healthy
from tests.desk import alice, staff

ERASE = {"erase": "1", "name": NAME.lower(), "reason": "Asked by letter."}


@pytest.fixture
def life(games: Games) -> Life:
    return make_life(games)


def address(person: Person) -> str:
    return f"/admin/checkin/person/{person.pk}/personal-data/"


def owner(games: Games) -> Client:
    return staff("olivia", Rank.OWNER, games.event)


def test_owner_reads_what_goes_and_what_stays(life: Life) -> None:
    page = owner(life.games).get(address(life.person)).content.decode()
    assert "Names, number, delegation, role, family and standing." in page
    assert "A bare id, so that whoever was here is still counted." in page
    assert "Copies of the database keep it until you throw them away." in page


def test_page_says_how_long_nightly_copies_keep_it(life: Life, settings, tmp_path) -> None:
    settings.BACKUPS = tmp_path
    assert "the nightly ones after 14 nights" in alice().get(address(life.person)).content.decode()


def test_export_is_a_file_and_is_noted(life: Life) -> None:
    answer = owner(life.games).post(address(life.person), {"export": "1"})
    assert json.loads(answer.content)["holds"]["safety"]
    assert answer["Content-Disposition"] == f'attachment; filename="person-{life.person.pk}.json"'
    assert "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.filter(object_id=str(life.person.pk)).order_by("-pk")[0]
    assert (entry.user.username, entry.change_message) == ("olivia", "Exported all that is held of this person.")
    assert SafetyAccess.objects.filter(act="read", by_name="olivia").exists()


def test_owner_erases_with_the_name_and_a_reason_and_it_is_noted(life: Life) -> None:
    client = owner(life.games)
    answer = client.post(address(life.person), ERASE, follow=True)
    assert "Erased. Phones hear of it when they are heard next." in answer.content.decode()
    assert (found(life.secrets), healthy(life.games)) == ({}, [])
    entry = LogEntry.objects.filter(object_id=str(life.person.pk)).order_by("-pk")[0]
    assert entry.change_message == "Erased all that was held of this person: Asked by letter."
    assert (entry.object_repr, entry.user.username) == ("Erased person", "olivia")


@pytest.mark.parametrize("wrong", [{"name": "Guest 1"}, {"reason": ""}])
def test_wrong_name_or_no_reason_erases_nothing(life: Life, wrong: dict[str, str]) -> None:
    answer = owner(life.games).post(address(life.person), ERASE | wrong)
    assert (answer.status_code, Person.objects.get(pk=life.person.pk).name) == (200, NAME)


def test_who_was_erased_is_on_no_page_and_their_records_name_nobody(life: Life) -> None:
    client = alice()
    client.post(address(life.person), ERASE)
    assert client.get(address(life.person)).status_code == 404
    assert NAME not in client.get("/admin/checkin/person/?q=Adalynn").content.decode()
    ledger = client.get(f"/admin/checkin/attendancerecord/?event={life.games.event.id}").content.decode()
    assert ("Erased person" in ledger, NAME in ledger) == (True, False)


@pytest.mark.parametrize("rank", [Rank.VIEWER, Rank.LEAD, Rank.MANAGER])
def test_nobody_but_an_owner_exports_or_erases(life: Life, rank: Rank) -> None:
    client = staff("bob", rank, life.games.event)
    asked = [
        client.get(address(life.person)),
        *(client.post(address(life.person), body) for body in (ERASE, {"export": ""})),
    ]
    assert [answer.status_code for answer in asked] == [403] * 3
    assert Person.objects.filter(name=NAME).exists()


def test_owner_of_another_event_cannot_tell_whether_there_is_such_a_person(life: Life) -> None:
    client = owner(make_games("camp", people=1))
    missing = f"/admin/checkin/person/{life.games.event.pk}/personal-data/"
    for body in (None, ERASE, {"export": ""}):
        asked = [client.post(each, body) if body else client.get(each) for each in (address(life.person), missing)]
        assert [answer.status_code for answer in asked] == [404, 404]
    assert Person.objects.filter(name=NAME).exists()
