"""The ledger's pages: names, filters, search, and a sentence for each flag."""

from datetime import timedelta

import pytest

from checkin import roster
from checkin.flags import WHY
from checkin.models import AttendanceRecord
from tests.cast import NOON, give_code, make_games, make_phone
from tests.desk import alice

LIST = "/admin/checkin/attendancerecord/"
FLAGS = {
    "second_admission", "unknown_person", "revoked_credential", "replaced_credential", "credential_taken",
    "wrong_scope", "on_hold", "clock_suspect", "outside_window", "no_effect", "device_revoked", "override", "paper",
    "not_admitted", "cancelled", "unpaid", "slot_taken", "unseen",
}  # fmt: skip


def listed(client, **query):
    """Which operations the list shows, in order."""
    return [str(record.pk) for record in client.get(LIST, query).context["cl"].result_list]


def test_every_flag_of_the_protocol_has_a_sentence():
    assert WHY.keys() == FLAGS
    assert all(sentence.endswith(".") for sentence in WHY.values())


def test_ledger_names_people_and_unknown_codes(games, phone):
    phone.push(phone.arrive(games.people[0]), phone.arrive("A" * 22), phone.arrive(games.digest(1)))
    page = alice().get(LIST).content.decode()
    assert [name in page for name in ("Guest 0", "Guest 1", "Unknown code", "Guest 2")] == [True, True, True, False]


def test_undoing_names_the_person_whose_arrival_it_undid(games, phone):
    mistake = phone.arrive(games.people[3])
    lost = phone.void(phone.arrive(games.people[4]))
    phone.push(mistake, phone.void(mistake), lost)
    page = alice().get(LIST, {"verb": "void"}).content.decode()
    assert ("Guest 3" in page, "Not here yet" in page) == (True, True)


@pytest.mark.parametrize("flag", ["second_admission", "unknown_person", "clock_suspect", "wrong_scope", "no_effect"])
def test_ledger_is_filtered_by_flag_and_says_why(games, phone, flag):
    pool_phone = make_phone(games, venue=games.pool)
    operations = {
        "second_admission": (phone, phone.arrive(games.people[0])),
        "unknown_person": (phone, phone.arrive("A" * 22)),
        "clock_suspect": (phone, phone.arrive(games.people[1], offset_ms=600_000)),
        "wrong_scope": (pool_phone, pool_phone.arrive(games.people[2])),
        "no_effect": (phone, phone.leave(games.people[3])),
    }
    phone.push(phone.arrive(games.people[0]))
    for author, operation in operations.values():
        author.push(operation)
    flagged, client = operations[flag][1]["id"], alice()
    assert listed(client, flag=flag) == [flagged]
    assert len(listed(client, flag="any")) == 5
    assert WHY[flag].replace("'", "&#x27;") in client.get(f"{LIST}{flagged}/change/").content.decode()


def test_ledger_says_why_people_were_refused_and_is_filtered_by_it(games, phone):
    said = [
        phone.record("checkin.refuse", {"checkpoint": str(games.lunch.id), "person": str(person.id), "reason": reason})
        for person, reason in zip(games.people, ["already_here", "unpaid", "he was rude"], strict=False)
    ]
    phone.push(*said)
    client = alice()
    assert listed(client, refused="already_here") == [said[0]["id"]]
    page = client.get(LIST).content.decode()
    assert [f"Refused: {why}" in page for why in ("Was here already.", "Not paid.", "he was rude")] == [True] * 3


def test_ledger_is_filtered_by_venue_checkpoint_verb_and_day(games, phone):
    at_door, at_pool = phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.pool_door)
    left, before = phone.leave(games.people[0]), phone.arrive(games.people[1], at=NOON - timedelta(days=1))
    phone.push(at_door, at_pool, left, before)
    client = alice()
    assert listed(client, venue=str(games.pool.id)) == [at_pool["id"]]
    assert listed(client, checkpoint=str(games.pool_door.id)) == [at_pool["id"]]
    assert listed(client, verb="leave") == [left["id"]]
    assert listed(client, day="2026-07-03") == [before["id"]]
    assert sorted(listed(client, day="2026-07-04")) == sorted(each["id"] for each in (at_door, at_pool, left))
    assert len(listed(client, event=str(games.event.id))) == 4


@pytest.mark.parametrize("value", ["x", "", "018f0000-0000-7000-8000-000000000001", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["event", "venue", "checkpoint", "day", "flag", "person"])
@pytest.mark.parametrize("events", [1, 2])
def test_nonsense_in_the_address_of_the_ledger_finds_nothing(games, phone, name, value, events):
    if events == 2:  # then none is chosen, and there are no venues and days to choose from
        make_games("other", people=0)
    phone.push(phone.arrive(games.people[0]))
    assert listed(alice(), **{name: value}) == []


def test_ledger_is_searched_by_name_number_code_and_operation(games, phone):
    with roster.changing(games.event.id) as change:
        give_code(games.people[2], "NEW-CODE", change)
    mine, others, unknown = phone.arrive(games.people[2]), phone.arrive(games.people[3]), phone.arrive("A" * 22)
    undo = phone.void(mine)
    phone.push(mine, others, unknown, undo)
    client, expected = alice(), sorted([mine["id"], undo["id"]])
    for term in ("guest 2", "2", "NEW-CODE"):
        assert sorted(listed(client, q=term)) == expected
    assert sorted(listed(client, person=str(games.people[2].id))) == expected
    assert listed(client, q=others["id"]) == [others["id"]]
    assert listed(client, q="nobody") == []


def test_code_that_nobody_has_is_found_in_the_ledger_as_it_is_printed(games, phone):
    from checkin.rules import credential_digest

    arrival = phone.arrive(credential_digest(str(games.event.id), "LOST-TICKET"))
    phone.push(arrival, phone.arrive(games.people[0]))
    assert listed(alice(), q="LOST-TICKET") == [arrival["id"]]


def test_times_of_the_ledger_are_those_of_the_event(games, phone):
    games.event.tz = "Asia/Tokyo"
    games.event.save()
    phone.push(phone.arrive(games.people[0]))
    page = alice().get(f"{LIST}{AttendanceRecord.objects.get().pk}/change/").content.decode()
    assert "Sat 04 Jul 2026, 21:00:00 (Asia/Tokyo)" in page


def test_text_of_strangers_is_escaped(games, phone):
    phone.push(phone.arrive(games.people[0], actor="<script>alert(1)</script>"))
    assert "<script>alert" not in alice().get(LIST).content.decode()


def test_a_place_and_why_somebody_was_sent_away_are_told(games, phone):
    claim = phone.arrive(games.people[0])
    claim["payload"]["slot"] = "Bed A-1"
    refusal = {"checkpoint": str(games.door.id), "person": str(games.people[1].id), "reason": "full", "note": "later"}
    sent_away = phone.record("checkin.refuse", refusal)
    phone.push(claim, sent_away)
    client = alice()
    assert "Bed A-1" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{sent_away['id']}/change/").content.decode()
    assert ("No place was free." in page, "later" in page) == (True, True)
