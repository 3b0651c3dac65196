"""Unidentified codes: seen, attached to a person, taken back; the headcount follows, and every phone."""

import pytest
from django.contrib.admin.models import LogEntry

from checkin import audit, rosters, rules
from checkin.models import Credential, Headcount
from tests.cast import make_games
from tests.desk import alice, bob, charlie

PAGE = "/admin/checkin/credential/unidentified/"
AT = f"{PAGE}?event=games"
SEE = ["checkin.view_credential", "checkin.view_attendancerecord", "checkin.view_person"]


@pytest.fixture
def unknown(games, phone):
    """The digest of a code that nobody has, let in once at each of two doors."""
    digest = rules.credential_digest(str(games.event.id), "NOBODY")
    phone.push(phone.arrive(digest), phone.arrive(digest, door=games.gate))
    return digest


def counts(games):
    found = Headcount.objects.get(checkpoint=games.door)
    return found.present, found.unidentified


def healthy(games):
    return list(audit.differences(games.event))


def test_page_lists_codes_that_are_present_with_where_and_by_whom(games, phone, other_phone, unknown):
    other_phone.push(other_phone.arrive(unknown))
    [row] = alice().get(AT).context["rows"]
    assert (row.digest, row.records, row.phones) == (unknown, 3, ["Other phone", "Phone"])
    assert row.places == ["Main hall: Door", "Main hall: Gate"]


@pytest.mark.parametrize("more", [0, 2])
def test_page_costs_the_same_for_many_codes(games, phone, unknown, django_assert_num_queries, more):
    digests = [rules.credential_digest(str(games.event.id), f"N{number}") for number in range(more)]
    phone.push(*map(phone.arrive, digests))
    client = alice()
    with django_assert_num_queries(8):
        assert len(client.get(AT).context["rows"]) == 1 + more


def test_attaching_counts_the_records_for_the_person_and_taking_back_undoes_it(games, phone, unknown):
    client, guest = alice(), games.people[3]
    assert "Guest 3" in client.get(AT, {"event": "games", "digest": unknown, "q": "guest 3"}).content.decode()
    done = client.post(AT, {"digest": unknown, "person": guest.pk}, follow=True).content.decode()
    assert "The code is Guest 3’s now. Present: Main hall: Door, Main hall: Gate." in done
    assert (counts(games), client.get(AT).context["rows"], healthy(games)) == ((1, 0), [], [])
    assert {body.get("person") for body in phone.attendance("presence")} == {str(guest.id)}
    assert phone.push(phone.arrive(unknown, door=games.daily))[0]["flags"] == []
    client.post(AT, {"detach": Credential.objects.get(code="").pk})
    assert (counts(games), Credential.objects.filter(code="").count(), healthy(games)) == ((0, 1), 0, [])
    assert [entry.user.username for entry in LogEntry.objects.all()] == ["alice"] * 2


def test_attaching_merges_with_what_the_person_did_already(games, phone, unknown):
    phone.push(phone.arrive(games.people[3]))
    alice().post(AT, {"digest": unknown, "person": games.people[3].pk})
    [held] = [body for body in phone.attendance("presence") if body["checkpoint"] == str(games.door.id)]
    assert (counts(games), held["duplicates"], healthy(games)) == ((1, 0), 1, [])


def test_attaching_twice_keeps_the_first(games, unknown):
    client = alice()
    said = [{"digest": unknown, "person": guest.pk} for guest in games.people[3:5]]
    pages = [client.post(AT, each, follow=True).content.decode() for each in said]
    assert ["not unidentified any more" in page for page in pages] == [False, True]
    assert [row.person for row in Credential.objects.filter(code="")] == [games.people[3]]


@pytest.mark.parametrize("said", [{}, {"digest": "x" * 22}, {"digest": "!", "person": 1}, {"detach": "x"}])
def test_nonsense_changes_nothing(games, unknown, said):
    client, before = alice(), Credential.objects.count()
    person = {"person": games.people[0].pk} if "digest" in said and "person" not in said else {}
    assert client.post(AT, said | person).status_code == 302
    assert (Credential.objects.count(), counts(games)) == (before, (0, 1))


def test_code_of_one_event_is_not_attached_to_a_person_of_another(games, unknown):
    camp = make_games("camp")
    alice().post(AT, {"digest": unknown, "person": camp.people[0].pk})
    assert Credential.objects.filter(code="").count() == 0


def test_attached_code_is_shown_by_its_digest(games, unknown):
    client, guest = alice(), games.people[3]
    client.post(AT, {"digest": unknown, "person": guest.pk})
    for page in ("/admin/checkin/credential/", f"/admin/checkin/person/{guest.pk}/change/"):
        assert f"Unknown code {unknown[:6]}…" in client.get(page).content.decode()


def test_bob_who_may_only_look_attaches_nothing_and_charlie_sees_nothing(games, unknown):
    viewer = bob(*SEE)
    assert viewer.get(AT).status_code == 200
    assert viewer.post(AT, {"digest": unknown, "person": games.people[0].pk}).status_code == 403
    assert charlie().get(AT).status_code == 403
    assert counts(games) == (0, 1)


def test_attached_code_is_left_out_of_the_roster_file_and_bears_an_import(games, unknown):
    guest = games.people[3]
    alice().post(AT, {"digest": unknown, "person": guest.pk})
    exported = rosters.export_roster(games.event, "csv").decode("utf-8-sig")
    [line] = [line for line in exported.splitlines() if "Guest 3" in line]
    assert line == f"3,Guest 3,,,{games.codes[3]},expected,,"
    file = f"number,name,codes\n3,Guest 3,{games.codes[3]} NEW-TICKET\n".encode()
    plan = rosters.plan_import(games.event, rosters.read_roster("roster.csv", file))
    rosters.apply_import(games.event, plan)
    assert Credential.objects.get(code="NEW-TICKET").person == guest
    assert Credential.objects.get(code="").state == "active"
