"""Roles at the desk: what each rank may, at an event and at one venue; and how owners give them."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from checkin.models import Credential
from eventsync.access.ranks import Rank
from eventsync.schedule.models import StaffRole
from eventsync.schedule.staff import events_for, events_seen, venues_for
from eventsync.sync.models import Device, EnrolmentCode
from tests.cast import make_games, make_phone
from tests.desk import bob, charlie, staff

ROLES = "/admin/schedule/staffrole/"
CODES = "/admin/sync/enrolmentcode/add/"
LEDGER = "/admin/checkin/attendancerecord/"


@pytest.fixture
def camp(games):
    return make_games("camp", people=1)


def shown(client, page):
    return list(client.get(page).context["cl"].result_list)


RIGHTS = [
    ("/admin/checkin/headcount/", Rank.VIEWER),
    ("/admin/checkin/person/", Rank.VIEWER),
    ("/admin/checkin/person/add/", Rank.LEAD),
    ("/admin/checkin/person/export/", Rank.LEAD),
    ("/admin/checkin/conflict/", Rank.LEAD),
    ("/admin/checkin/rosterimport/add/", Rank.MANAGER),
    (CODES, Rank.MANAGER),
    ("/admin/checkin/checkpoint/add/", Rank.MANAGER),
    (f"{ROLES}add/", Rank.OWNER),
]


@pytest.mark.parametrize("rank", Rank)
def test_each_rank_may_what_the_ones_below_it_may(games, rank):
    client = staff("sam", rank, games.event)
    assert [client.get(page).status_code for page, _ in RIGHTS] == [
        200 if rank >= least else 403 for _, least in RIGHTS
    ]


def test_rights_end_with_the_event(games, camp):
    client = staff("sam", Rank.MANAGER, games.event)
    staff("sam", Rank.VIEWER, camp.event)
    sam = User.objects.get(username="sam")
    assert [event.slug for event in events_seen(sam, "checkin.view_person")] == ["camp", "games"]
    assert [event.slug for event in events_for(sam, "checkin.view_person", "checkin.delete_person")] == ["games"]
    assert {person.event for person in shown(client, "/admin/checkin/person/")} == {games.event, camp.event}
    page = f"/admin/checkin/person/{camp.people[0].pk}"
    assert [client.get(f"{page}/{what}/").status_code for what in ("change", "hold", "delete")] == [200, 403, 403]
    assert 'name="_save"' not in client.get(f"{page}/change/").content.decode()


def test_action_leaves_alone_what_its_caller_may_only_see(games, camp):
    client = staff("sam", Rank.LEAD, games.event)
    staff("sam", Rank.LEAD, camp.event)
    StaffRole.objects.filter(event=camp.event).update(rank=Rank.VIEWER)
    both = [*games.people, *camp.people]
    keys = list(Credential.objects.filter(person__in=both).values_list("pk", flat=True))
    client.post("/admin/checkin/credential/", {"action": "revoke", "_selected_action": keys})
    states = Credential.objects.values_list("event__slug", "state").distinct().order_by("event__slug")
    assert list(states) == [("camp", "active"), ("games", "revoked")]


def test_role_at_a_venue_shows_its_doors_and_the_people_of_the_event(games, phone):
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[1], door=games.pool_door))
    client = staff("sam", Rank.LEAD, games.event, games.pool)
    assert [record.checkpoint for record in shown(client, LEDGER)] == [games.pool_door]
    assert len(shown(client, "/admin/checkin/person/")) == len(games.people)
    heads = client.get("/admin/checkin/headcount/").context["count"].venues
    assert [each.venue for each in heads] == [games.pool]
    file = client.get(f"{LEDGER}export/", {"event": "games", "format": "csv"}).getvalue().decode()
    assert ("Pool door" in file, "Main hall" in file) == (True, False)
    whole = (
        "/admin/checkin/person/export/",
        "/admin/checkin/person/walk-ins/",
        "/admin/checkin/credential/unidentified/",
    )
    texts = [client.get(page).content.decode() for page in whole]
    assert ["Games" in text for text in texts] == [False] * 3
    assert client.get(f"/admin/checkin/person/{games.people[0].pk}/hold/").status_code == 403


def test_manager_of_a_venue_enrols_phones_for_it_alone(games):
    client = staff("sam", Rank.MANAGER, games.event, games.pool)
    said = {"event": games.event.pk, "profile": "door", "uses": 1, "hours": 1}
    assert "You enrol phones for single venues" in client.post(CODES, said | {"venue": ""}).content.decode()
    assert "Select a valid choice" in client.post(CODES, said | {"venue": games.hall.pk}).content.decode()
    assert not EnrolmentCode.objects.exists()
    client.post(CODES, said | {"venue": games.pool.pk})
    assert EnrolmentCode.objects.get().venue_id == games.pool.pk


def test_manager_of_a_venue_steers_its_phones_alone(games, phone):
    theirs = make_phone(games, venue=games.pool)
    client = staff("sam", Rank.MANAGER, games.event, games.pool)
    assert len(shown(client, "/admin/sync/device/")) == 2
    assert client.post(f"/admin/sync/device/{phone.id}/assign/", {"profile": "lead"}).status_code == 403
    assert client.post(f"/admin/sync/device/{phone.id}/code/").status_code == 403
    client.post(f"/admin/sync/device/{theirs.id}/assign/", {"profile": "lead", "venue": ""})
    client.post("/admin/sync/device/revoke/", {"devices": [phone.id, theirs.id]})
    revoked = Device.objects.filter(revoked_at__isnull=False)
    assert [(str(each.id), each.profile) for each in revoked] == [(theirs.id, "door")]
    assert {venue.slug for venue in venues_for(User.objects.get(username="sam"), "sync.change_device")} == {"pool"}


def test_owner_gives_changes_and_takes_roles(games, camp):
    owner = staff("olga", Rank.OWNER, games.event)
    helper = charlie()
    said = {"username": "charlie", "event": games.event.pk, "venue": "", "rank": Rank.VIEWER}
    assert owner.post(f"{ROLES}add/", said).status_code == 302
    assert helper.get("/admin/checkin/person/").status_code == 200
    role = StaffRole.objects.get(user__username="charlie")
    owner.post(f"{ROLES}{role.pk}/change/", {"venue": games.hall.pk, "rank": Rank.LEAD})
    role.refresh_from_db()
    assert str(role) == "charlie is lead of Main hall"
    owner.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"})
    assert helper.get("/admin/checkin/person/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "nobody"}, "Nobody signs in here as “nobody”."),
        ({"event": "camp"}, "Select a valid choice"),
        ({"username": "olga"}, "They have a role at this event already."),
        ({"rank": Rank.OWNER, "venue": "hall"}, "An owner owns the whole event: leave the venue empty."),
        ({"venue": "elsewhere"}, "Select a valid choice"),
    ],
)
def test_role_that_cannot_be_given_is_explained(games, camp, wrong, sentence):
    owner = staff("olga", Rank.OWNER, games.event)
    charlie()
    keys = {"camp": camp.event.pk, "hall": games.hall.pk, "elsewhere": camp.hall.pk}
    said = {"username": "charlie", "event": games.event.pk, "venue": "", "rank": Rank.VIEWER}
    said |= {name: keys.get(value, value) for name, value in wrong.items()}
    assert sentence in owner.post(f"{ROLES}add/", said).content.decode()
    assert StaffRole.objects.count() == 1


def test_manager_gives_no_roles(games):
    manager = staff("sam", Rank.MANAGER, games.event)
    said = {"username": "sam", "event": games.event.pk, "venue": "", "rank": Rank.OWNER}
    assert manager.post(f"{ROLES}add/", said).status_code == 403


@pytest.mark.parametrize("wrong", [{"rank": 9}, {"rank": Rank.OWNER, "venue": "hall"}, {}])
def test_database_holds_no_role_that_cannot_be(games, wrong):
    staff("olga", Rank.VIEWER, games.event)
    said = {"user": User.objects.get(), "event": games.event, "rank": Rank.VIEWER} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(**said | ({"venue": games.hall} if "venue" in wrong else {}))


def test_right_that_django_gives_holds_everywhere_and_nobody_inactive_has_any(games, camp):
    client = bob("checkin.view_person")
    assert len(shown(client, "/admin/checkin/person/")) == len(games.people) + 1
    sam = staff("sam", Rank.OWNER, games.event)
    User.objects.filter(username="sam").update(is_active=False)
    assert sam.get("/admin/checkin/person/").status_code == 302
    assert not events_seen(User.objects.get(username="sam"), "checkin.view_person").exists()


def test_choices_of_other_rows_are_those_of_ones_own_events(games, camp):
    client = staff("sam", Rank.MANAGER, games.event)
    said = {"app_label": "checkin", "model_name": "checkpoint", "field_name": "venue"}
    found = client.get("/admin/autocomplete/", said).json()["results"]
    assert {each["id"] for each in found} == {str(games.hall.pk), str(games.pool.pk)}
    door = {"venue": camp.hall.pk, "name": "Back door", "policy": "once"}
    assert "Select a valid choice" in client.post("/admin/checkin/checkpoint/add/", door).content.decode()


def test_index_counts_what_waits_at_ones_own_events(games, camp, phone):
    phone.push(phone.record("strange.kind", {}))
    pages = [
        staff(name, Rank.LEAD, event).get("/admin/") for name, event in (("sam", games.event), ("olga", camp.event))
    ]
    assert ["1 record in quarantine" in page.content.decode() for page in pages] == [True, False]
