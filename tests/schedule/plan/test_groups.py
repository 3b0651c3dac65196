"""A group that nobody else names is remarked, with those that are written nearly so."""

from checkin.models import Person
from eventsync.schedule.models import Activity, FamilyLink
from eventsync.schedule.plan.groups import known, strange
from tests.cast import NOON
from tests.desk import alice, text_of
from tests.schedule.links.cards import make_card
from tests.schedule.plan.plans import make_day
from tests.schedule.test_admin_plan import ACTIVITIES, page, typed

KNOWN = ["Finland", "Norway", "north team", "Übach"]


def near(group: str) -> list[str] | None:
    found = strange([group], KNOWN)
    return list(found[0].near) if found else None


def test_nearest_names_are_offered_and_far_ones_are_not():
    assert (near("Norway"), near("Norwey"), near("NORWAY"), near(" North  Team")) == (
        None, ["Norway"], ["Norway"], ["north team"],
    )  # fmt: skip
    assert (near("Iceland"), near("ubach"), near("")) == ([], ["Übach"], [])
    both = strange(["Norwa"], ["norway", "Norway", "Norwas"])[0]
    assert both.question == "Do you mean “Norway” or “norway” or “Norwas”?"
    assert [each.group for each in strange(["b", "Finland", "a", "b"], KNOWN)] == ["b", "a"]


def test_activities_cards_and_the_list_of_people_know_groups(games):
    day = make_day(games)
    assert known(day.event) == {"Finland", "Norway"}
    assert known(day.event, but=[day.relay.pk]) == {"Finland"}
    make_card(day.event, groups=("Choir",))
    gone = make_card(day.event, groups=("Gone",))
    FamilyLink.objects.filter(pk=gone.link.pk).update(revoked_at=NOON)
    Person.objects.filter(pk=games.people[0].pk).update(delegation="Sweden")
    assert known(day.event) == {"Finland", "Norway", "Choir", "Sweden"}


def test_misspelt_group_of_an_activity_is_remarked_once_it_is_saved(games):
    day, client = make_day(games), alice()
    said = typed(day.deck, start_1="12:00", end_1="13:00", groups="Finland\nNorwey\nChoir")
    told = text_of(client.post(page(day.swim), said, follow=True))
    assert "No other activity, family card or person on the list is of “Norwey”. Do you mean “Norway”?" in told
    assert "is of “Choir”." in told
    assert "of “Finland”" not in told
    again = text_of(client.post(page(day.swim), said | {"title": "Water games", "edited": 2}, follow=True))
    assert "family card" not in again


def test_first_group_of_a_plan_is_not_remarked(games):
    day = make_day(games)
    Activity.objects.update(groups=[])
    said = typed(day.deck, title="Walk", start_1="18:00", end_1="19:00", groups="Norwey", title_fi="")
    assert "family card" not in text_of(alice().post(f"{ACTIVITIES}add/", said, follow=True))
