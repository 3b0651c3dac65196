"""Walk-ins in admin: seen with who they may be, kept, said to be somebody on the list, taken back."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from checkin import rosters
from checkin.models import ListRecord, ListVerb, Person
from checkin.walk_ins import deciding
from checkin.walk_ins.preview import preview
from tests.cast import NOON, add_person, make_games, make_phone
from tests.checkin.walk_ins import (
    BAND,
    OTHER,
    WALK_IN,
    arrive,
    confirm,
    digest,
    headcount,
    healthy,
    merge,
    people,
    register,
)
from tests.desk import alice, bob, charlie
from tests.together import together

PAGE = "/admin/checkin/person/walk-ins/"
AT = f"{PAGE}?event=games"
DONE = f"{AT}&show=done"
SEE = ["checkin.view_person", "checkin.view_credential", "checkin.view_attendancerecord"]


def same(person=WALK_IN, into=None):
    query = f"?into={into.pk}" if into else ""
    return f"/admin/checkin/person/{person}/same-person/{query}"


@pytest.fixture
def lead(games):
    return make_phone(games, profile="lead", name="Lead")


@pytest.fixture
def ada(games):
    """On the list as it should be spelt."""
    return add_person(games.event, name="Wálker, Ada", number="77")[0]


@pytest.fixture
def walked(games, phone):
    """Registered with a wristband and let in, a minute after noon."""
    said = [register(phone, credential=digest(games), code=BAND), arrive(phone, WALK_IN, minute=1)]
    for operation in said:
        operation["actor"] = "Maria"
    phone.push(*said)
    return said[1]


def merged(client, into, person=WALK_IN):
    seen = client.get(same(person, into)).context["sight"].token
    return client.post(same(person), {"into": into.pk, "seen": seen}, follow=True)


def test_page_says_who_came_when_where_by_whom_with_what_and_who_it_may_be(games, ada, walked):
    page = alice().get(AT)
    [row] = page.context["rows"]
    assert (row.person.id, row.at, row.by, row.phone) == (WALK_IN, NOON, "Maria", "Phone")
    assert (row.doors, row.bands) == (["Main hall: Door"], [BAND])
    assert [(each.person, each.points) for each in row.likely] == [(ada, 100)]
    assert str(same(WALK_IN, ada)) in page.content.decode()


@pytest.mark.parametrize("more", [0, 2])
def test_page_costs_the_same_for_many(games, phone, ada, walked, django_assert_num_queries, more):
    phone.push(*(register(phone, uuid.uuid4(), name="Ada Walker") for _ in range(more)))
    client = alice()
    with django_assert_num_queries(11):
        assert len(client.get(AT).context["rows"]) == 1 + more


def test_an_empty_list_and_no_event_are_said(games):
    assert "everybody who came is on the list" in alice().get(AT).content.decode()
    assert "There are none yet" in bob(*SEE).get(DONE).content.decode()


def test_many_come_a_page_at_a_time_the_newest_first(games, phone):
    keys = [uuid.UUID(int=number + 1) for number in range(30)]
    phone.push(*(register(phone, key, minute=number) for number, key in enumerate(keys)))
    client = alice()
    pages = [[row.person.id for row in client.get(f"{AT}&page={page}").context["rows"]] for page in (1, 2, "x", 99)]
    assert pages == [keys[:4:-1], keys[4::-1], keys[:4:-1], keys[4::-1]]


def test_preview_shows_both_and_what_merging_changes_and_then_it_is_so(games, phone, ada, walked):
    phone.push(phone.arrive(ada), phone.arrive(ada, door=games.gate), phone.arrive(games.people[1]))
    client = alice()
    sight = client.get(same(WALK_IN, ada)).context["sight"]
    told = {str(each.checkpoint): (each.present, each.present_after) for each in sight.places}
    assert told == {"Main hall: Door": (3, 2), "Main hall: Gate": (1, 1)}
    door = sight.places[0]
    assert (door.person.since, door.into.since, door.together.since) == (NOON + timedelta(minutes=1), NOON, NOON)
    assert sight.codes == ([f"{BAND} (active)"], ["TICKET-games-77 (active)"])
    page = merged(client, ada).content.decode()
    assert "are one person now" in page
    assert (headcount(games.door), headcount(games.gate), healthy(games)) == ((2, 0, 0), (1, 0, 0), [])
    [record] = ListRecord.objects.filter(verb=ListVerb.MERGE)
    assert (record.by, record.device, record.into_id) == ("alice", None, ada.id)
    body = people(phone)[str(ada.id)]
    assert (body["also"], body["flags"], len(body["credentials"])) == ([str(WALK_IN)], [], 2)
    at_door = [each for each in phone.attendance("presence") if each["person"] == str(ada.id)]
    assert {each["since"] for each in at_door} == {"2026-07-04T12:00:00.000Z"}
    assert [entry.user.username for entry in LogEntry.objects.all()] == ["alice"]


def test_at_a_door_with_in_and_out_the_latest_of_both_counts(games, phone, ada):
    came = phone.arrive(ada, door=games.gate)
    left = arrive(phone, WALK_IN, games.gate, minute=5) | {"kind": "checkin.leave"}
    phone.push(register(phone), came, arrive(phone, WALK_IN, games.gate, minute=1), left)
    client = alice()
    [gate] = client.get(same(WALK_IN, ada)).context["sight"].places
    assert (gate.person.state, gate.into.state, gate.together.state) == ("left", "present", "left")
    assert (gate.present, gate.present_after) == (1, 0)
    merged(client, ada)
    assert (headcount(games.gate), healthy(games)) == ((0, 0, 0), [])


def test_taking_back_makes_two_of_them_again(games, phone, ada, walked):
    phone.push(phone.arrive(ada))
    client, before = alice(), people(phone)
    merged(client, ada)
    [row] = client.get(DONE).context["rows"]
    assert (row.person.id, row.person.merged_into, row.doors) == (WALK_IN, ada, ["Main hall: Door"])
    page = client.post(DONE, {"part": WALK_IN}, follow=True).content.decode()
    assert "are two people again" in page
    assert (people(phone), headcount(games.door), healthy(games)) == (before, (2, 0, 0), [])
    assert [row.person.id for row in client.get(AT).context["rows"]] == [WALK_IN]
    again = client.post(DONE, {"part": WALK_IN}, follow=True).content.decode()
    assert "somebody of their own already" in again
    merged(client, ada)
    assert (headcount(games.door), healthy(games)) == ((1, 0, 0), [])


def test_what_a_lead_merged_on_a_phone_is_taken_back_here(games, phone, lead, ada, walked):
    lead.push(merge(lead, WALK_IN, ada.id, minute=3))
    alice().post(DONE, {"part": WALK_IN})
    assert (str(WALK_IN) in people(phone), headcount(games.door), healthy(games)) == (True, (1, 0, 0), [])


def test_keeping_takes_them_off_the_page_and_their_flag_off_the_phones(games, phone, walked):
    phone.push(register(phone, OTHER, name="Bo Ek", minute=1))
    client = alice()
    page = client.post(AT, {"keep": [WALK_IN, OTHER]}, follow=True)
    assert "2 walk-ins were confirmed" in page.content.decode()
    assert page.context["rows"] == []
    assert {people(phone)[str(key)]["flags"] == [] for key in (WALK_IN, OTHER)} == {True}
    assert [row.person.id for row in client.get(DONE).context["rows"]] == [OTHER, WALK_IN]
    client.post(AT, {"keep": [WALK_IN]})
    assert (ListRecord.objects.filter(verb=ListVerb.CONFIRM).count(), healthy(games)) == (2, [])


def test_a_lead_confirming_at_the_same_time_changes_nothing(games, phone, lead, walked):
    alice().post(AT, {"keep": [WALK_IN]})
    lead.push(confirm(lead, WALK_IN))
    phone.push(register(phone, minute=-1, name="Ada Earlier"))
    assert (people(phone)[str(WALK_IN)]["flags"], healthy(games)) == ([], [])


def test_what_changed_since_it_was_shown_is_shown_again(games, phone, ada, walked):
    client = alice()
    seen = client.get(same(WALK_IN, ada)).context["sight"].token
    phone.push(phone.arrive(games.people[1]))
    phone.push(phone.arrive(ada, door=games.gate))
    page = client.post(same(WALK_IN, ada), {"into": ada.pk, "seen": seen}, follow=True)
    assert "changed meanwhile" in page.content.decode()
    assert (len(page.context["sight"].places), ListRecord.objects.filter(verb="merge").count()) == (2, 0)


def test_others_who_come_meanwhile_are_no_change(games, phone, ada, walked):
    client = alice()
    seen = client.get(same(WALK_IN, ada)).context["sight"].token
    phone.push(phone.arrive(games.people[1]))
    client.post(same(WALK_IN, ada), {"into": ada.pk, "seen": seen})
    assert headcount(games.door) == (2, 0, 0)


def test_of_two_admins_the_first_decides(games, ada, walked):
    client, other = alice(), games.people[0]
    seen = [client.get(same(WALK_IN, into)).context["sight"].token for into in (ada, other)]
    pages = [
        client.post(same(WALK_IN), {"into": into.pk, "seen": token}, follow=True).content.decode()
        for into, token in zip((ada, other), seen, strict=True)
    ]
    assert ["Somebody said already" in page for page in pages] == [False, True]
    assert (Person.objects.get(id=WALK_IN).merged_into, healthy(games)) == (ada, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_decides(games, phone):
    phone.push(register(phone), arrive(phone, WALK_IN))
    walk_in = Person.objects.get(id=WALK_IN)

    def merging(into):
        sight = preview(walk_in, into)
        assert sight
        return partial(deciding.merge, person=walk_in, into=into, seen=sight.token, by="alice", now=NOON)

    assert sorted(together([merging(into) for into in games.people[:4]])) == ["done", *["too late"] * 3]
    assert (ListRecord.objects.filter(verb="merge").count(), headcount(games.door)) == (1, (1, 0, 0))
    assert healthy(games) == []


@pytest.mark.parametrize("said", [{}, {"keep": "x"}, {"keep": [uuid.UUID(int=9)]}, {"part": "\0"}, {"part": "1"}])
def test_nonsense_changes_nothing(games, walked, said):
    assert "Nothing was changed" in alice().post(AT, said, follow=True).content.decode()
    assert ListRecord.objects.count() == 1


@pytest.mark.parametrize("said", [{}, {"into": "x", "seen": "y"}, {"into": str(WALK_IN), "seen": "0" * 32}])
def test_a_merge_of_nobody_or_with_oneself_changes_nothing(games, walked, said):
    assert alice().post(same(), said, follow=True).status_code == 200
    assert ListRecord.objects.count() == 1


def test_somebody_of_another_event_is_not_offered_nor_merged(games, walked):
    camp = make_games("camp")
    stranger = add_person(camp.event, name="Ada Walker", number="88")[0]
    client = alice()
    page = client.get(same(WALK_IN, stranger))
    assert (page.context["sight"], page.context["likely"]) == (None, [])
    client.post(same(), {"into": stranger.pk, "seen": "0" * 32})
    client.post(f"{PAGE}?event=camp", {"keep": [WALK_IN]})
    assert ListRecord.objects.count() == 1


def test_someone_is_found_by_name_number_or_code(games, ada, walked):
    client = alice()
    for term in ("walker ada", "77", "TICKET-games-77"):
        assert client.get(same(), {"q": term}).context["found"][0] == ada
    assert "Nobody is found" in client.get(same(), {"q": "\0zzz"}).content.decode()


def test_bob_who_may_only_look_changes_nothing_and_charlie_sees_nothing(games, ada, walked):
    viewer, outsider = bob(*SEE), charlie()
    assert [viewer.get(url).status_code for url in (AT, DONE, same(), same(WALK_IN, ada))] == [200] * 4
    said = {"into": ada.pk, "seen": viewer.get(same(WALK_IN, ada)).context["sight"].token}
    answers = [viewer.post(AT, {"keep": [WALK_IN]}), viewer.post(same(), said), viewer.post(DONE, {"part": WALK_IN})]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert [outsider.get(url).status_code for url in (AT, same())] == [403] * 2
    assert ListRecord.objects.count() == 1


def found(client, model, term):
    page = client.get(reverse(f"admin:checkin_{model}_changelist"), {"q": term})
    return list(page.context["cl"].result_list)


def test_admin_and_exports_show_one_row_with_both_codes(games, ada, walked):
    client = alice()
    merged(client, ada)
    assert found(client, "person", "walker") == [ada]
    for term in (BAND, "ada walker"):
        assert found(client, "person", term) == [ada]
        assert [record.person_id for record in found(client, "attendancerecord", term)] == [WALK_IN]
    page = client.get(f"/admin/checkin/person/{ada.pk}/change/").content.decode()
    assert BAND in page and "Ada Walker" in page
    [line] = [each for each in rosters.export_roster(games.event, "csv").decode().splitlines() if "Ada" in each]
    assert BAND.replace("-", "") in line.replace("-", "") and "TICKET-games-77" in line


def test_the_desk_says_how_many_wait(games, walked):
    client = alice()
    assert "1 walk-in to look at" in client.get("/admin/").content.decode()
    client.post(AT, {"keep": [WALK_IN]})
    assert "to look at" not in client.get("/admin/").content.decode()
