"""A card's link: looking opens nothing, the button makes the browser a phone of the family, and no other link does."""

import re
import uuid

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from eventsync.schedule.links.making import renew, revoke
from eventsync.schedule.links.opening import MOST_PHONES, leave, open_link
from eventsync.schedule.models import Event, FamilyLink, FamilyPhone
from eventsync.sync.models import Device, DeviceToken
from tests.cast import NOON, make_games
from tests.schedule.links.cards import MINE, hidden, make_card, opened, own, path, press, token
from tests.schedule.pages.reading import read, text
from tests.schedule.plan.plans import HOUR


def test_looking_at_a_link_opens_nothing(card, client):
    for _ in range(3):
        answer = client.get(path(card))
        assert (answer.status_code, answer.cookies) == (200, {})
        assert client.head(path(card)).status_code == 200
    assert (Device.objects.count(), FamilyLink.objects.get().opened_at) == (0, None)
    said = text(client.get(f"{path(card)}?lang=en").content.decode())
    assert "Games: My day Sun This is the plan for Sunny Bear. Press the button." in said


def test_opening_needs_no_account_no_script_and_nothing_to_type_or_remember(card, client):
    html = read(client, f"{path(card)}?lang=en")
    assert set(re.findall(r'<input type="(\w+)"', html)) == {"hidden"}
    assert ("<textarea" in html, "<select" in html) == (False, False)
    answer = press(client, card)
    assert (answer.status_code, answer["Location"]) == (302, f"{own(card)}?lang=en")
    assert "Sunny Bear: Saturday 4 July 2026" in text(read(client, answer["Location"]))


def test_browser_gets_a_cookie_for_these_pages_alone_that_scripts_cannot_read(card, client, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = press(client, card)
    [cookie] = answer.cookies.values()
    said = {name: cookie[name] for name in ("path", "httponly", "secure", "samesite", "max-age")}
    days = 61  # what is left of the event's, and the last one whole
    assert said == {"path": MINE, "httponly": True, "secure": True, "samesite": "Lax", "max-age": days * 86400}
    assert token(card) not in str(answer.serialize_headers())


def test_phone_is_a_device_of_the_engine_with_the_profile_family(card):
    client = opened(card)
    [device] = Device.objects.all()
    assert (device.profile, device.event_id, device.family.link_id) == ("family", card.link.event_id, card.link.pk)
    secret = client.cookies[f"mine-{card.link.pk.hex}"].value
    answer = Client().get("/api/v1/streams", headers={"Authorization": f"Bearer {secret}"}).json()
    streams = {each["stream"] for each in answer["streams"]}
    assert {f"device:{device.pk}"} <= streams <= {f"device:{device.pk}", f"schedule:{device.event_id}"}
    assert FamilyLink.objects.get().opened_at == NOON + HOUR / 2


def test_button_pressed_twice_makes_one_phone(card, client):
    form = hidden(read(client, path(card)))
    first, second = Client(), Client()  # the first answer was lost
    assert [each.post(MINE, form).status_code for each in (first, second)] == [302, 302]
    assert Device.objects.count() == 1
    assert [each.get(own(card)).status_code for each in (first, second)] == [200, 200]
    press(second, card)  # scanned once more, by a phone that has it
    assert (Device.objects.count(), DeviceToken.objects.count()) == (1, 2)


def test_each_browser_is_a_phone_of_its_own(card):
    one, other = opened(card), opened(card)
    assert FamilyPhone.objects.count() == 2
    one.post(own(card, "leave/"))
    assert [each.get(own(card)).status_code for each in (one, other)] == [404, 200]


def test_id_of_another_phone_is_not_taken_over(day, card, client):
    taken = uuid.uuid4()
    other = make_card(day.event, "Quick Hare")
    for phone in (taken, taken):
        open_link(other.link, phone=phone, now=NOON)
        assert open_link(card.link, phone=phone, now=NOON) is not None
    assert other.link.phones.count() == 1
    secret = open_link(card.link, phone=(mine := uuid.uuid4()), now=NOON)
    leave(day.event, card.link.pk, secret or "", now=NOON)
    open_link(card.link, phone=mine, now=NOON)
    assert Device.objects.get(pk=mine).revoked_at == NOON  # what was taken off stays off
    form = hidden(read(client, path(card))) | {"phone": "nonsense"}
    assert client.post(MINE, form).status_code == 302


def wrong(day, card) -> list[str]:
    """Links that open nothing, each for another reason."""
    camp = make_games("camp", people=0).event
    revoked, over, renewed = (make_card(day.event, each) for each in ("A", "B", "C"))
    revoke(revoked.link, now=NOON)
    FamilyLink.objects.filter(pk=over.link.pk).update(keep_until=NOON.date().replace(day=3))
    renew(renewed.link)
    elsewhere = path(make_card(camp)).replace("/camp/", "/games/")
    return [path(each) for each in (revoked, over, renewed)] + [
        elsewhere,
        "/f/games/never-made/",
        f"{path(card)[:-2]}/",
    ]


def test_link_that_opens_nothing_says_the_same_whatever_the_reason_and_whom_to_ask(day, card, client):
    pages = set()
    for address in wrong(day, card):
        answer = client.get(f"{address}?lang=en")
        secret = address.strip("/").rpartition("/")[2]
        html = answer.content.decode().replace(secret, "")
        pages.add((answer.status_code, html))
        posted = client.post(f"{MINE}?lang=en", {"token": secret, "phone": str(uuid.uuid4())})
        assert (posted.status_code in {404, 429}, posted.cookies) == (True, {})
        assert "This card does not work" in text(posted.content.decode())
        cache.key_prefix = uuid.uuid4().hex  # guesses are counted in it, and ten would be too few
    [(status, html)] = pages
    assert status == 404
    assert "This card does not work Please ask a person for a new card." in text(html)
    assert "+358 40 1" in html
    assert Device.objects.count() == 0


def test_guesses_are_throttled_and_right_links_open_all_the_same(card, client):
    said = [client.get(f"/f/games/{number}/").status_code for number in range(12)]
    assert said == [404] * 10 + [429] * 2
    answer = client.post(MINE, {"token": "wrong"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert client.get("/f/games/wrong/calendar.ics").status_code == 429
    assert press(client, card).status_code == 302
    enrol = {"code": "AAAA", "device": str(uuid.uuid4()), "name": "", "app_version": "", "protocol": 1}
    assert client.post("/api/v1/enrol", enrol, content_type="application/json").status_code == 403  # its own counter


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "\x00"}, {"token": "é" * 500, "phone": "é"}])
def test_nonsense_opens_nothing(card, client, body):
    assert client.post(MINE, body).status_code == 404


def test_page_of_another_site_cannot_open_or_leave_in_somebodys_browser(card, client):
    assert press(client, card, **{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}).status_code == 404
    assert Device.objects.count() == 0
    family = opened(card)
    family.post(own(card, "leave/"), headers={"Sec-Fetch-Site": "cross-site"})
    assert family.get(own(card)).status_code == 200


def test_own_form_is_taken_also_where_django_checks_for_forgeries(card):
    strict = Client(enforce_csrf_checks=True)
    assert press(strict, card, Origin="null", **{"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_renewed_card_opens_and_phones_of_the_old_one_keep_what_they_have(card, client):
    family = opened(card)
    again = renew(card.link)
    assert [client.get(path(each)).status_code for each in (card, again)] == [404, 200]
    assert family.get(own(card)).status_code == 200


def test_link_that_is_revoked_between_looking_and_pressing_opens_nothing(card, client):
    form = hidden(read(client, path(card)))
    held = FamilyLink.objects.get()
    assert revoke(card.link, now=NOON)
    assert not revoke(card.link, now=NOON)
    assert client.post(MINE, form).status_code == 404
    assert open_link(held, phone=uuid.uuid4(), now=NOON) is None


def test_of_a_link_on_very_many_phones_those_that_came_first_leave(card, monkeypatch):
    monkeypatch.setattr("eventsync.schedule.links.opening.MOST_PHONES", 2)
    assert MOST_PHONES == 500
    families = []
    for minute in range(3):
        with time_machine.travel(NOON + minute * HOUR / 60, tick=False):
            families.append(opened(card))
    assert [each.get(own(card)).status_code for each in families] == [404, 200, 200]


def test_event_that_is_not_there_has_no_links(card, client):
    for address in ("/f/other/x/", "/schedule/other/mine/", own(card).replace("games", "other")):
        assert client.get(address).status_code == 404
    assert Event.objects.count() == 1
