"""Family links at the desk: cards are shown once, made anew, revoked; by leads of the event and nobody else."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eventsync.access.ranks import Rank
from eventsync.schedule.models import FamilyLink, Symbol
from tests.cast import make_games
from tests.desk import alice, charlie, staff, text_of
from tests.schedule.links.cards import make_card, opened, own, path
from tests.schedule.links.conftest import card, day
from tests.schedule.pages.reading import read, text

__all__ = ["card", "day"]

LIST = "/admin/schedule/familylink/"


@pytest.fixture
def lead(day) -> Client:
    return staff("lena", Rank.LEAD, day.event)


def said(day, **more: str) -> dict[str, str]:
    return {
        "event": str(day.event.pk),
        "nicknames": "Sunny Bear\n Quick  Hare \n",
        "groups": "Norway",
        "a_page": "8",
    } | more


def addresses(html: str) -> list[str]:
    return re.findall(r'<a href="http://127.0.0.1:8000(/f/[^"]+)"', html)


def test_cards_are_shown_once_with_code_symbol_and_nickname_and_open_the_day(day, lead):
    answer = lead.post(f"{LIST}add/", said(day))
    html = answer.content.decode()
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert "This is the only time that these links are shown." in text(html)
    assert "Games: My day Sunny Bear Sun Point the camera of your phone at this code." in text(html)
    links = FamilyLink.objects.order_by("-nickname")
    assert list(links.values_list("nickname", "symbol", "groups", "created_by")) == [
        ("Sunny Bear", "sun", ["Norway"], "lena"),
        ("Quick Hare", "moon", ["Norway"], "lena"),
    ]
    assert html.count('<img src="data:image/svg+xml') == 2
    for address, name in zip(addresses(html), ("Sunny Bear", "Quick Hare"), strict=True):
        assert f"This is the plan for {name}." in text(read(Client(), f"{address}?lang=en"))
    listed = lead.get(LIST).content.decode()
    assert [each for each in addresses(html) if each in listed] == []
    history = [(entry.object_repr, entry.get_change_message()) for entry in LogEntry.objects.all()]
    assert sorted(history) == sorted((f"Family link {str(each.pk)[:8]}", "Added.") for each in links)


def test_cards_speak_the_language_that_is_chosen_if_the_event_has_it(day, lead):
    finnish, spanish = (text_of(lead.post(f"{LIST}add/", said(day, language=code))) for code in ("fi", "es"))
    assert "Näytä tämä koodi puhelimesi kameralle." in finnish
    assert "Point the camera of your phone at this code." in spanish


def test_group_that_the_schedule_does_not_have_is_remarked(day, lead):
    assert "Nothing in the schedule is for" not in text_of(lead.post(f"{LIST}add/", said(day, groups="norway")))
    misspelt = text_of(lead.post(f"{LIST}add/", said(day, groups="Finlnd")))
    assert "Nothing in the schedule is for “ Finlnd ” yet. Do you mean “Finland”?" in misspelt
    assert "Is it written otherwise there?" in text_of(lead.post(f"{LIST}add/", said(day, groups="Choir")))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"nicknames": " \n"}, "This field is required."),
        ({"nicknames": "x" * 41}, "has more than 40 letters."),
        ({"nicknames": "A\n" * 201}, "At most 200 cards at once."),
        ({"symbol": "skull"}, "Select a valid choice."),
        ({"event": "nonsense"}, "is not a valid UUID."),
        ({"keep_until": "soon"}, "Enter a valid date."),
        ({"leads": "on", "groups": ""}, "Say which groups they lead."),
    ],
)
def test_what_makes_no_card_says_why_and_keeps_what_was_typed(day, lead, wrong, sentence):
    answer = lead.post(f"{LIST}add/", said(day, **wrong))
    assert (sentence in text_of(answer), FamilyLink.objects.count()) == (True, 0)


def test_card_for_a_leader_says_so_and_of_which_groups(day, lead):
    lead.post(f"{LIST}add/", said(day, leads="on", nicknames="Sunny Bear"))
    link = FamilyLink.objects.get()
    assert (link.leads, "Leader of Norway" in lead.get(LIST).content.decode()) == (True, True)
    page = lead.post(f"{LIST}{link.pk}/change/", {"nickname": "Bear", "symbol": "sun", "groups": "", "leads": "on"})
    assert "Say which groups they lead." in page.content.decode()


def test_list_says_how_each_link_fares(day, card, lead):
    make_card(day.event, "Quick Hare", ())
    opened(card)
    rows = [text(row) for row in re.findall(r"<tr><td.+?</tr>", lead.get(LIST).content.decode(), re.DOTALL)]
    assert [re.sub(r"\s+", " ", row.replace("\xa0", " ")) for row in rows] == [
        "Quick Hare What is for everybody Open 0 Never Maria Games",
        "Sunny Bear Norway Open 1 just now Maria Games",
    ]
    never = lead.get(f"{LIST}?state=never").content.decode()
    assert ("Quick Hare" in never, "Sunny Bear" in never) == (True, False)


def test_new_card_is_asked_for_made_and_shown_once(day, card, lead, client):
    family = opened(card)
    asked = lead.post(LIST, {"action": "renew_selected", "_selected_action": [card.link.pk]})
    assert "the old one opens nothing any more" in text_of(asked)
    assert "Sunny Bear , Sun, Games: 1 phone" in text_of(asked)
    assert client.get(path(card)).status_code == 200
    answer = lead.post(f"{LIST}renew/", {"links": [card.link.pk]})
    [address] = addresses(answer.content.decode())
    assert [client.get(each).status_code for each in (path(card), address)] == [404, 200]
    assert family.get(own(card)).status_code == 200
    assert LogEntry.objects.get().change_message == "New card; the old one opens nothing any more."


def test_revoking_is_asked_for_done_and_no_more_to_do_afterwards(day, card, lead, client):
    family = opened(card)
    asked = lead.post(LIST, {"action": "revoke_selected", "_selected_action": [card.link.pk]})
    assert "This cannot be taken back" in text_of(asked)
    assert family.get(own(card)).status_code == 200
    done = lead.post(f"{LIST}revoke/", {"links": [card.link.pk]}, follow=True)
    assert "1 link was revoked." in text_of(done)
    assert [family.get(own(card)).status_code, client.get(path(card)).status_code] == [404, 404]
    for what in ("revoke", "renew"):
        again = lead.post(f"{LIST}{what}/", {"links": [card.link.pk, "nonsense"]})
        assert "There is nothing to do" in text_of(again)


def test_nickname_groups_and_last_day_can_be_changed_and_phones_show_it(day, card, lead):
    family = opened(card)
    change = {"nickname": "Quiet Bear", "symbol": "boat", "groups": "Finland\n", "keep_until": "2026-08-01"}
    inline = {f"phones-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    page = f"{LIST}{card.link.pk}/change/"
    assert "Family phone" in text_of(lead.get(page))
    assert lead.post(page, change | inline).status_code == 302
    html = read(family, f"{own(card)}?lang=en")
    assert ("Quiet Bear: Saturday" in text(html), ">Swim<" in html) == (True, True)
    assert FamilyLink.objects.get().keep_until == date(2026, 8, 1)


def test_only_leads_of_the_event_see_nicknames_or_make_cards(games, day, card):
    viewer, at_venue = (
        staff("vera", Rank.VIEWER, day.event),
        staff("veit", Rank.MANAGER, day.event, games.hall),
    )
    owner = staff("olga", Rank.OWNER, make_games("camp", people=0).event)
    body, chosen = said(day), {"links": [card.link.pk]}
    for who in (charlie(), viewer, at_venue, owner):
        pages = [who.get(LIST), who.get(f"{LIST}{card.link.pk}/change/", follow=True)]
        pages += [who.post(f"{LIST}add/", body), who.post(f"{LIST}revoke/", chosen), who.post(f"{LIST}renew/", chosen)]
        assert [each for each in pages if b"Sunny Bear" in each.content and b"<textarea" not in each.content] == []
    link = FamilyLink.objects.get()
    assert (link.revoked_at, link.token_digest) == (None, card.link.token_digest)


def test_list_asks_the_database_as_often_for_three_links(day, card):
    client = alice()

    def queries() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(LIST).status_code == 200
        return len(counted)

    one = queries()
    for name in ("A", "B"):
        opened(make_card(day.event, name))
    assert queries() == one


def test_list_is_filtered_by_delegation(day, lead):
    make_card(make_games(slug="other").event, "Elsewhere", ("Denmark",))
    for name, groups in {"Sunny": ("Norway", "Finland"), "Quick": ("norway",), "Brave": ()}.items():
        make_card(day.event, name, groups)
    shown = lead.get(f"{LIST}?group=Norway")
    assert sorted(each.nickname for each in shown.context["cl"].result_list) == ["Quick", "Sunny"]
    offered = re.findall(r'<a href="\?group=([^"&]+)"', lead.get(LIST).content.decode())
    assert offered in (["Finland", "Norway"], ["Finland", "norway"])


def test_symbols_go_round(day, lead):
    lead.post(f"{LIST}add/", said(day, nicknames="\n".join("ABCDEFGHI")))
    found = FamilyLink.objects.order_by("nickname").values_list("symbol", flat=True)
    assert list(found) == [*Symbol.values, Symbol.SUN]
