"""Phones at the desk: who holds what was not delivered, another profile or venue for one, and a way back for one."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from eventsync.schedule.models import Event
from eventsync.sync.enrolment import assign, revoke
from eventsync.sync.models import Device, EnrolmentCode, Operation, Profile, Quarantined
from eventsync.sync.wire import write_time
from tests.cast import NOON, make_phone
from tests.desk import alice, bob, charlie

LIST = "/admin/sync/device/"

FAMILY = ["notice.help", "notice.opened", "notice.read", "notice.shown"]  # what families’ phones may say


def page(phone, what="change"):
    return f"{LIST}{phone.id}/{what}/"


def cells(client: Client, **query: str) -> list[list[str]]:
    """The texts of the list, row by row, without the box to tick."""
    content = client.get(LIST, query).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", content.partition("<tbody>")[2], re.DOTALL)
    found = [re.findall(r'<t[hd] class="field-[^>]*>(.*?)</t[hd]>', row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).replace("\xa0", " ").strip() for cell in row] for row in found]


def names(client: Client, **query: str) -> list[str]:
    return [row[0] for row in cells(client, **query)]


@pytest.mark.one_by_one
def test_list_says_in_plain_words_how_each_phone_fares(games, phone):
    Event.objects.update(tz="Europe/Helsinki")
    with time_machine.travel(NOON, tick=False):
        oldest = write_time(NOON - timedelta(minutes=38))
        phone.push(pending=12, oldest_unsent=oldest, roster_version=2, storage_persisted=True, battery=80)
        assert cells(alice()) == [
            ["Phone", "12, oldest from 14:22 (38 minutes ago)", "just now", "All venues", "Door volunteer",
             "Behind by 3", "Protected", "80 %", "Enrolled", "Games"],
        ]  # fmt: skip


def test_list_says_what_it_does_not_know(games, phone):
    client = alice()
    assert cells(client)[0][1:8] == ["–", "just now", "All venues", "Door volunteer", "–", "–", "–"]
    phone.push(pending=0, oldest_unsent=None, roster_version=5, storage_persisted=False, battery=0)
    assert cells(client)[0][3:8] == ["All venues", "Door volunteer", "Up to date", "Not protected", "0 %"]
    assert cells(client)[0][1] == "Nothing"


def test_list_names_who_has_a_phone_and_finds_it_by_that_name(games, phone, other_phone):
    phone.push(pending=0, holder="María Öz")
    client = alice()
    assert sorted(names(client)) == ["María Öz (Phone)", "Other phone"]
    assert names(client, q="maría") == ["María Öz (Phone)"]
    phone.push(pending=0, holder="Ben")
    assert sorted(names(client)) == ["Ben (Phone)", "Other phone"]


def test_list_tells_the_day_of_what_is_older_than_today(games, phone):
    with time_machine.travel(NOON, tick=False):
        phone.push(pending=1, oldest_unsent=write_time(NOON - timedelta(days=2)))
        assert cells(alice())[0][1] == "1, oldest from Thu 02 Jul, 12:00 (2 days ago)"


@pytest.fixture
def holders(games):
    """One that holds and is silent, one that holds and was just heard, one that is silent and holds nothing."""
    now = timezone.now()
    silent, fresh, empty = (make_phone(games, name=name) for name in ("Silent", "Fresh", "Empty"))
    silent.push(pending=2)
    fresh.push(pending=9)
    empty.push(pending=0)
    Device.objects.exclude(id=fresh.id).update(heard_at=now - timedelta(minutes=16))
    return silent, fresh, empty


def test_list_begins_with_who_holds_most_and_can_be_sorted_and_filtered(games, holders):
    client = alice()
    assert names(client) == ["Fresh", "Silent", "Empty"]
    assert names(client, o="2") == ["Empty", "Silent", "Fresh"]
    assert names(client, holding="1") == ["Fresh", "Silent"]
    assert names(client, holding="silent") == ["Silent"]
    assert names(client, holding="0") == ["Empty"]
    assert names(client, holding="x") == []
    assert "1 silent phone with undelivered records" in client.get("/admin/").content.decode()
    assert "silent phone" not in bob("sync.view_quarantined").get("/admin/").content.decode()


def test_list_is_filtered_by_venue_profile_and_state(games, holders):
    make_phone(games, name="Pool", venue=games.pool, profile="lead")
    revoke(Device.objects.get(name="Empty"), now=timezone.now())
    client = alice()
    assert names(client, venue=str(games.pool.id)) == ["Pool"]
    assert names(client, venue="x") == []
    assert names(client, profile="lead") == ["Pool"]
    assert names(client, revoked="1") == ["Empty"]


def test_list_has_families_phones_only_for_who_asks_for_them_or_searches(games, phone):
    make_phone(games, name="Sunny Bear", profile="family")
    client = alice()
    assert names(client) == ["Phone"]
    assert sorted(names(client, profile="all")) == ["Phone", "Sunny Bear"]
    assert names(client, profile="family") == ["Sunny Bear"]
    assert names(client, q="Sunny") == ["Sunny Bear"]
    shown = client.get(LIST).content.decode()
    assert (shown.count("All but families"), shown.count("?profile=all")) == (1, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_phone_as_for_three(games, count, django_assert_num_queries):
    for _ in range(count):
        make_phone(games, venue=games.hall).push(pending=1, roster_version=1)
    client = alice()
    # session, user, how many, phones, heads of rosters; events and venues to filter by
    with django_assert_num_queries(7):
        assert client.get(LIST).context["cl"].result_count == count


@pytest.mark.one_by_one
def test_page_of_one_phone_says_the_same(games, phone):
    phone.push(phone.arrive(games.people[0], seq=3), pending=4, roster_version=2)
    shown = alice().get(page(phone)).content.decode()
    for text in ("<strong>4</strong>", "Behind by 3", "1–2"):
        assert text in shown


def streams(phone) -> list[str]:
    return [each["stream"] for each in phone.streams().json()["streams"]]


def profiles(phone) -> list[Any]:
    return [change["body"] for change in phone.pull(f"device:{phone.id}")[1] if change["kind"] == "profile"]


def test_another_venue_changes_what_the_phone_reads_and_its_record(games, phone):
    head = phone.pull(f"device:{phone.id}")[0]["head"]
    done = alice().post(
        page(phone, "assign"), {"name": "Phone", "profile": "door", "venue": games.pool.id}, follow=True
    )
    assert "The phone is now: Phone, Door volunteer, Pool." in done.content.decode()
    own, plan = f"device:{phone.id}", f"schedule:{games.event.id}"
    assert streams(phone) == [own, f"roster:{games.event.id}", f"attendance:{games.pool.id}", plan]
    assert phone.page(f"attendance:{games.hall.id}").status_code == 403
    assert [(each["name"], each["venue"]) for each in profiles(phone)] == [("door", str(games.pool.id))]
    assert phone.pull(f"device:{phone.id}")[0]["head"] > head  # so it is poked, and its socket asks again
    assert [(entry.user.username, entry.get_change_message()) for entry in LogEntry.objects.all()] == [
        ("alice", "From Phone, Door volunteer, All venues to Phone, Door volunteer, Pool.")
    ]


def test_lost_profile_loses_no_record(games, phone):
    waiting = phone.arrive(games.people[0])
    client = alice()
    assign(Device.objects.get(), name="Phone", profile="family", venue_id=None)
    own, plan = f"device:{phone.id}", f"schedule:{games.event.id}"
    assert (streams(phone), profiles(phone)[0]["name"]) == ([own, plan], "family")
    assert phone.client.get("/api/v1/device", headers=phone.headers).json()["operations"] == FAMILY
    assert phone.push(waiting)[0]["code"] == "not_permitted"
    assert Operation.objects.count() == 0

    row = Quarantined.objects.get()
    rerun = f"/admin/sync/quarantined/{row.pk}/resolve/"
    assert "still cannot be applied" in client.post(rerun, {"rerun": ""}, follow=True).content.decode()
    client.post(page(phone, "assign"), {"name": "Phone", "profile": "door", "venue": ""})
    assert "It was applied" in client.post(rerun, {"rerun": ""}, follow=True).content.decode()
    assert phone.push(waiting)[0]["verdict"] == "accepted"
    assert [each["person"] for each in phone.attendance("presence")] == [str(games.people[0].id)]


def test_phone_hears_the_name_that_an_organiser_gives_it_and_keeps_it(games, phone):
    client = alice()
    client.post(page(phone, "assign"), {"name": "North door 1", "profile": "door", "venue": ""})
    assert [each["phone"] for each in profiles(phone)] == ["North door 1"]
    (code,) = re.findall(r'class="code">([A-Z0-9-]{14})<', client.post(page(phone, "code")).content.decode())
    assert enrol(phone, code, phone.id) == 201
    assert Device.objects.get().label == "North door 1"


def test_assigning_what_it_has_changes_nothing(games, phone):
    head = phone.pull(f"device:{phone.id}")[0]["head"]
    done = alice().post(page(phone, "assign"), {"name": "Phone", "profile": "door", "venue": ""}, follow=True)
    assert "Nothing was changed." in done.content.decode()
    assert (phone.pull(f"device:{phone.id}")[0]["head"], LogEntry.objects.count()) == (head, 0)


def test_assigning_keeps_a_phone_revoked(games, phone):
    revoke(Device.objects.get(), now=timezone.now())
    alice().post(page(phone, "assign"), {"name": "Phone", "profile": "lead", "venue": ""})
    assert phone.streams().json()["error"]["code"] == "device_revoked"


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"profile": "boss"}, {"profile": "family"}, {"venue": "x"}, {"venue": "another"}]
)
def test_assigning_what_is_not_there_is_explained(games, phone, wrong):
    other = Event.objects.create(slug="other", name="Other", first_day="2026-07-04", last_day="2026-07-04")
    if wrong.get("venue") == "another":
        wrong = {"venue": other.venues.create(slug="o", name="O").id}
    answer = alice().post(page(phone, "assign"), {"name": "Phone", "profile": "door", "venue": ""} | wrong)
    assert "errorlist" in answer.content.decode()
    assert (Device.objects.get().profile, Device.objects.get().venue_id) == ("door", None)


def test_families_phone_can_be_named_and_no_other_becomes_one(games, phone):
    client = alice()
    offered = [name for name, _ in Profile.choices if name != "family"]
    assert chosen(client.get(page(phone, "assign")).content.decode()) == offered
    assign(Device.objects.get(), name="Phone", profile="family", venue_id=None)
    assert chosen(client.get(page(phone, "assign")).content.decode()) == [*offered, "family"]
    client.post(page(phone, "assign"), {"name": "Öz", "profile": "family", "venue": ""})
    assert (Device.objects.get().label, Device.objects.get().profile) == ("Öz", "family")


def chosen(text: str) -> list[str]:
    return re.findall(r'<option value="([a-z]+)"', text)


def enrol(phone, code: str, device: str) -> int:
    asked = {"code": code, "device": device, "name": "Phone", "app_version": "1", "protocol": 1}
    return int(phone.client.post("/api/v1/enrol", asked, content_type="application/json").status_code)


def test_revoked_phone_reads_again_with_a_code_made_in_one_tap(games, phone, other_phone):
    revoke(Device.objects.get(id=phone.id), now=timezone.now())
    client = alice()
    assert f'action="{page(phone, "code")}"' in client.get(page(phone)).content.decode()
    answer = client.post(page(phone, "code"))
    shown = answer.content.decode()
    (code,) = re.findall(r'class="code">([A-Z0-9-]{14})<', shown)
    assert (f"/app/#enrol={code}" in shown, 'src="data:image/svg+xml' in shown) == (True, True)
    assert "With this code Phone enrols again, and no other phone." in shown
    assert "no-store" in answer["Cache-Control"]
    assert enrol(phone, code, other_phone.id) == 403
    assert enrol(phone, code, phone.id) == 201
    assert Device.objects.get(id=phone.id).revoked_at is None
    assert enrol(phone, code, other_phone.id) == 403
    assert sorted(entry.get_change_message() for entry in LogEntry.objects.all()) == [
        "A code was made for it.",
        "Added.",
    ]


def test_code_is_made_only_when_somebody_presses_the_button(games, phone):
    before = EnrolmentCode.objects.count()
    assert alice().get(page(phone, "code")).status_code == 302
    assert EnrolmentCode.objects.count() == before


def test_bob_may_look_and_charlie_must_not(games, phone):
    viewer, before = bob("sync.view_device"), EnrolmentCode.objects.count()
    assert names(viewer) == ["Phone"]
    shown = viewer.get(page(phone)).content.decode()
    assert [words in shown for words in ("Name, profile and venue", "Revoke…", "Make a code")] == [False, False, False]
    outsider = charlie()
    assert [outsider.get(path).status_code for path in (LIST, page(phone))] == [403, 403]
    for client in (viewer, outsider):
        assert client.get(page(phone, "assign")).status_code == 403
        assert client.post(page(phone, "assign"), {"name": "Phone", "profile": "lead", "venue": ""}).status_code == 403
        assert client.post(page(phone, "code")).status_code == 403
    assert (Device.objects.get().profile, EnrolmentCode.objects.count()) == ("door", before)


@pytest.mark.parametrize("what", ["assign", "code"])
def test_phone_that_is_not_there_is_not_found(games, phone, what):
    phone.id = "018f0000-0000-7000-8000-000000000001"
    assert alice().post(page(phone, what)).status_code == 404
