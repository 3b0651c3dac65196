"""Family links from the list of people: nothing of them but a nickname that somebody looked at, and the delegation."""

import re

import pytest
from django.test import Client

from checkin import roster
from checkin.models import Person
from eventsync.access.ranks import Rank
from eventsync.schedule.models import FamilyLink
from tests.cast import make_games
from tests.desk import charlie, staff, text_of

LIST = "/admin/checkin/person/"
LINKS = f"{LIST}family-links/"


@pytest.fixture
def lead(games) -> Client:
    Person.objects.filter(pk=games.people[0].pk).update(name="Bear, Bruno", delegation="Norway", role="athlete")
    return staff("lena", Rank.LEAD, games.event)


def choose(client: Client, *people: Person):
    chosen = [person.pk for person in people]
    return client.post(LIST, {"action": "make_family_links", "_selected_action": chosen}, follow=True)


def test_nicknames_are_proposed_looked_at_and_copied_with_the_delegation_alone(games, lead):
    bruno, other = games.people[:2]
    asked = choose(lead, bruno, other).content.decode()
    assert (f'name="nickname-{bruno.pk}" value="Bruno"' in asked, FamilyLink.objects.count()) == (True, 0)
    said = {"person": [bruno.pk, other.pk], f"nickname-{bruno.pk}": " Quick  Bear", f"nickname-{other.pk}": "Hare"}
    cards = text_of(lead.post(LINKS, said))
    assert "This is the only time that these links are shown." in cards
    assert ("Quick Bear" in cards, "Bruno" in cards) == (True, False)
    found = FamilyLink.objects.order_by("nickname").values_list("nickname", "groups", "person_id", "created_by")
    assert list(found) == [("Hare", [], other.pk, "lena"), ("Quick Bear", ["Norway"], bruno.pk, "lena")]


def test_who_leads_a_delegation_gets_a_card_for_a_leader(games, lead):
    """Whoever has no delegation leads none, whatever a request says; a tick stays while a name is put right."""
    bruno, other = games.people[:2]
    ticks = re.findall(r'name="leads" value="([^"]+)"', choose(lead, bruno, other).content.decode())
    assert ticks == [str(bruno.pk)]
    said = {"person": [bruno.pk, other.pk], "leads": [bruno.pk, other.pk], f"nickname-{bruno.pk}": "Bear"}
    asked = lead.post(LINKS, said).content.decode()
    assert f'name="leads" value="{bruno.pk}" checked' in asked
    lead.post(LINKS, said | {f"nickname-{other.pk}": "Hare"})
    found = FamilyLink.objects.order_by("nickname").values_list("nickname", "leads")
    assert list(found) == [("Bear", True), ("Hare", False)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_nickname_that_will_not_do_is_asked_for_again(games, lead, name):
    [bruno] = games.people[:1]
    answer = lead.post(LINKS, {"person": [bruno.pk], f"nickname-{bruno.pk}": name})
    assert ("Write 1 to 40 letters." in text_of(answer), FamilyLink.objects.count()) == (True, 0)


def test_people_of_two_events_or_of_nobody_make_no_cards(games, lead):
    camp = make_games("camp", people=1)
    both = staff("lena", Rank.LEAD, camp.event)
    assert "Choose people of one event" in text_of(choose(both, games.people[0], camp.people[0]))
    for ids in ([], ["nonsense"], [games.people[0].pk, camp.people[0].pk]):
        assert lead.post(LINKS, {"person": ids} | {f"nickname-{key}": "X" for key in ids[:1]}).status_code in {200, 302}
    assert set(FamilyLink.objects.values_list("event__slug", flat=True)) <= {"games"}


def test_who_may_make_no_links_makes_none(games, lead):
    body = {"person": [games.people[0].pk], f"nickname-{games.people[0].pk}": "X"}
    camp = make_games("camp", people=0)
    olga = staff("olga", Rank.OWNER, camp.event)
    for who in (
        charlie(),
        staff("vera", Rank.VIEWER, games.event),
        staff("veit", Rank.LEAD, games.event, games.hall),
        olga,
    ):
        who.post(LINKS, body)
        choose(who, games.people[0])
    assert FamilyLink.objects.count() == 0


def test_who_is_taken_off_the_list_takes_their_link_along(games, lead):
    for person in games.people[:2]:
        lead.post(LINKS, {"person": [person.pk], f"nickname-{person.pk}": f"No {person.external_id}"})
    roster.remove_people(games.event.pk, [games.people[0].pk])
    assert list(FamilyLink.objects.values_list("nickname", flat=True)) == ["No 1"]
