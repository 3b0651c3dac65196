"""People and codes in admin: what is saved reaches the phones' roster and the headcount in the same transaction."""

import re

import pytest

from checkin import rules
from checkin.admin import people
from checkin.models import Credential, CredentialState, Person
from tests.cast import make_games
from tests.desk import alice, bob, inline

LIST = "/admin/checkin/person/"


def said(games, *codes, stored=0, **fields):
    data = {"event": games.event.id, "external_id": "", "name": "Ana Åkesson", "delegation": "Malta", "role": ""}
    return data | inline("credentials", *codes, stored=stored) | fields


def change(person):
    return f"{LIST}{person.pk}/change/"


def roster_of(phone):
    """The bodies of the phone's roster by name."""
    _, changes = phone.pull(f"roster:{phone.games.event.id}")
    return {each["body"]["name"]: each["body"] for each in changes if not each["deleted"]}


def new_code(state="active"):
    return {"code": "", "state": state}


def test_new_person_gets_a_number_a_search_key_and_a_code_and_reaches_the_phones(games, phone):
    answer = alice().post(f"{LIST}add/", said(games, new_code()))
    assert answer.status_code == 302
    person = Person.objects.get(name="Ana Åkesson")
    credential = person.credentials.get()
    assert (person.search, person.external_id[:2]) == ("ana akesson", "E-")
    assert credential.digest == rules.credential_digest(str(games.event.id), credential.code)
    body = roster_of(phone)["Ana Åkesson"]
    assert (body["id"], body["delegation"], body["credentials"]) == (str(person.id), "Malta", [credential.digest])


def test_new_code_is_shown_in_groups(games):
    client = alice()
    client.post(f"{LIST}add/", said(games, new_code()))
    page = client.get(change(Person.objects.get(name="Ana Åkesson"))).content.decode()
    assert re.search(r'value="[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"', page)


def test_person_without_a_code_is_possible(games):
    alice().post(f"{LIST}add/", said(games))
    assert Person.objects.get(name="Ana Åkesson").credentials.count() == 0


def test_code_that_was_unknown_at_the_door_becomes_the_persons_attendance(games, phone):
    code = "A-FOREIGN-TICKET"
    phone.push(phone.arrive(rules.credential_digest(str(games.event.id), code)))
    before = phone.attendance("headcount")[0]
    alice().post(f"{LIST}add/", said(games, {"code": code, "state": "active"}))
    after = phone.attendance("headcount")[0]
    assert [(each["present"], each["unidentified"]) for each in (before, after)] == [(0, 1), (1, 0)]
    assert phone.attendance("presence")[0]["person"] == str(Person.objects.get(name="Ana Åkesson").id)


def test_change_of_a_name_reaches_the_phones(games, phone):
    person = games.people[0]
    stored = {"id": person.credentials.get().pk, "person": person.pk, "state": "active"}
    alice().post(change(person), said(games, stored, stored=1, name="Zoë Ørsted", external_id="0"))
    assert roster_of(phone)["Zoë Ørsted"]["search"] == "zoe orsted"


def test_what_to_call_somebody_reaches_the_phones(games, phone):
    alice().post(f"{LIST}add/", said(games, given="Anna"))
    assert roster_of(phone)["Ana Åkesson"]["given"] == "Anna"


def test_revoked_code_leaves_the_phones_and_can_be_given_back(games, phone):
    person, client = games.people[0], alice()
    credential = person.credentials.get()
    for state, expected in [("revoked", []), ("active", [credential.digest])]:
        stored = {"id": credential.pk, "person": person.pk, "state": state, "code": "ignored"}
        client.post(change(person), said(games, stored, stored=1, name=person.name, external_id="0"))
        credential.refresh_from_db()
        assert (credential.state, credential.code) == (state, games.codes[0])
        assert roster_of(phone)[person.name]["credentials"] == expected


def test_number_that_somebody_has_is_explained(games):
    answer = alice().post(f"{LIST}add/", said(games, external_id="0"))
    assert "Guest 0 has this number already." in answer.content.decode()
    assert not Person.objects.filter(name="Ana Åkesson").exists()


def test_number_that_somebody_takes_at_the_same_moment_is_explained(games, monkeypatch):
    monkeypatch.setattr(people.PersonForm, "clean", lambda form: form.cleaned_data)
    monkeypatch.setattr(Person, "validate_constraints", lambda person, exclude: None)
    answer = alice().post(f"{LIST}add/", said(games, external_id="0"), follow=True)
    assert "Somebody gave this number or code away at the same moment." in answer.content.decode()


def test_the_same_number_in_another_event_is_fine(games):
    other = make_games("other", people=1)
    Person.objects.filter(event=other.event).update(external_id="X-1")
    assert alice().post(f"{LIST}add/", said(games, external_id="X-1")).status_code == 302


def test_code_that_somebody_carries_is_explained(games):
    answer = alice().post(f"{LIST}add/", said(games, {"code": games.codes[1], "state": "active"}))
    assert "Guest 1 carries this code already." in answer.content.decode()
    assert not Person.objects.filter(name="Ana Åkesson").exists()


def test_two_rows_with_one_code_are_explained(games):
    twice = [{"code": "TWICE", "state": "active"}] * 2
    answer = alice().post(f"{LIST}add/", said(games, *twice))
    assert "This code is here twice." in answer.content.decode()


@pytest.mark.parametrize("field", ["name", "external_id", "delegation"])
def test_characters_that_cannot_be_stored_are_refused(games, field):
    answer = alice().post(f"{LIST}add/", said(games, **{field: "a\0b"}))
    assert "Null characters are not allowed." in answer.content.decode()


def test_deleting_a_person_leaves_the_ledger_and_counts_them_as_unidentified(games, phone):
    person, client = games.people[0], alice()
    phone.push(phone.arrive(games.digest(0)))
    assert client.get(f"{LIST}{person.pk}/delete/").status_code == 200
    assert client.post(f"{LIST}{person.pk}/delete/", {"post": "yes"}).status_code == 302
    count = phone.attendance("headcount")[0]
    assert (count["present"], count["unidentified"]) == (0, 1)
    assert person.name not in roster_of(phone)


def test_deleting_several_people_at_once(games, phone):
    doomed = [person.pk for person in games.people[:3]]
    asked = {"action": "delete_selected", "_selected_action": doomed, "post": "yes"}
    assert alice().post(LIST, asked).status_code == 302
    assert sorted(roster_of(phone)) == ["Guest 3", "Guest 4"]


@pytest.mark.parametrize("term", ["anaïs", "ANAIS", "finland anais", "nan o", "N-7", "n-7", "ABC-123"])
def test_people_are_found_by_names_delegation_number_and_code(games, term):
    client, called = alice(), {"name": "Anaïs O", "given": "Nan", "delegation": "Finland"}
    client.post(
        f"{LIST}add/",
        said(games, {"code": "ABC-123", "state": "active"}, external_id="N-7", **called),
    )
    page = client.get(LIST, {"q": term}).content.decode()
    assert ("Anaïs O" in page, "Guest 1" in page) == (True, False)


@pytest.mark.parametrize("term", ["???", "nobody at all", "%"])
def test_people_are_not_found_by_what_they_are_not_called(games, term):
    page = alice().get(LIST, {"q": term})
    assert (page.status_code, "Guest" in page.content.decode()) == (200, False)


def test_withdrawing_codes_from_their_list_reaches_the_phones(games, phone):
    chosen = list(Credential.objects.filter(person__in=games.people[:2]).values_list("pk", flat=True))
    answer = alice().post("/admin/checkin/credential/", {"action": "revoke", "_selected_action": chosen}, follow=True)
    assert "2 codes were withdrawn." in answer.content.decode()
    assert Credential.objects.filter(state=CredentialState.REVOKED).count() == 2
    assert [len(each["credentials"]) for _, each in sorted(roster_of(phone).items())] == [0, 0, 1, 1, 1]


def test_bob_who_may_only_see_codes_cannot_withdraw_them(games):
    chosen = [games.people[0].credentials.get().pk]
    bob("checkin.view_credential").post("/admin/checkin/credential/", {"action": "revoke", "_selected_action": chosen})
    assert not Credential.objects.filter(state=CredentialState.REVOKED).exists()


def test_code_is_found_as_it_is_printed(games):
    client = alice()
    client.post(f"{LIST}add/", said(games, new_code()))
    printed = str(Credential.objects.get(person__name="Ana Åkesson"))
    page = client.get("/admin/checkin/credential/", {"q": printed.lower()}).content.decode()
    assert ("Ana Åkesson" in page, "Guest 1" in page) == (True, False)


def test_a_standing_reaches_the_phones_and_can_be_taken_back(games, phone):
    client, person = alice(), games.people[0]
    fields = {"external_id": "0", "name": "Guest 0", "standing": "cancelled"}
    stored = {"id": person.credentials.get().pk, "person": person.pk, "state": "active"}
    client.post(change(person), said(games, stored, stored=1, **fields))
    assert roster_of(phone)["Guest 0"]["flags"] == ["cancelled"]
    assert [each.name for each in client.get(LIST, {"standing": "cancelled"}).context["cl"].result_list] == ["Guest 0"]
    client.post(change(person), said(games, stored, stored=1, **fields | {"standing": "expected"}))
    assert _newest(phone, person)["flags"] == []


def _newest(phone, person):
    _, changes = phone.pull(f"roster:{phone.games.event.id}")
    return next(each["body"] for each in changes if each["key"] == str(person.pk))
