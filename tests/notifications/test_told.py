"""A notice by the address that a text message or an e-mail has: read, answered and stopped without a phone of ours."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from notifications import carrying
from notifications.links import key_of, link_of, stop_link_of
from notifications.models import Delivery
from notifications.sms.sending import Texts
from tests.notifications.carried import due_by, reachable
from tests.notifications.families import add_line
from tests.notifications.pushing import became

pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def family(games):
    return reachable(games.event)


def path_of(delivery: Delivery) -> str:
    return link_of(delivery.pk).removeprefix(BASE)


def test_what_is_critical_or_to_be_answered_has_an_address_in_its_text_message(gateway, family):
    critical = due_by("sms", family, importance="critical")
    asked = due_by("sms", family, must_acknowledge=True)
    due_by("sms", family)
    carrying.send_due(family.event_id, Texts())
    [texts] = gateway.taken.values()
    found = {line for text in texts for line in text.splitlines() if line.startswith("http")}
    assert found == {link_of(critical.pk), link_of(asked.pk)}
    assert len(key_of(critical.pk)) == 22


def test_text_message_with_an_address_is_billed_with_it(gateway, family):
    owed = due_by("sms", family, importance="critical", texts={"en": {"title": "A" * 40, "body": "b" * 118}})
    carrying.send_due(family.event_id, Texts())
    assert became(owed).units == 2


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_nothing_happens_before_the_button_is_pressed(family, channel):
    owed = due_by(channel, family, importance="critical")
    line = add_line(owed.notice, family)
    Delivery.objects.filter(pk=owed.pk).update(state="accepted")
    phone = Client()
    answer = phone.get(path_of(owed))
    html = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "Swim: another place" in html
    assert became(line).state == "accepted"
    assert phone.post(path_of(owed), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert became(line).state == "accepted"
    pressed = phone.post(path_of(owed))
    assert (pressed.status_code, pressed["Location"]) == (303, path_of(owed))
    assert [became(each).state for each in (owed, line)] == ["acknowledged", "acknowledged"]
    assert "You have read this." in phone.get(path_of(owed)).content.decode()


def test_read_elsewhere_it_is_read_here_though_nobody_knows_whether_it_arrived(family):
    owed = due_by("sms", family)
    line = add_line(owed.notice, family)
    Delivery.objects.filter(pk=owed.pk).update(state="failed_perm")
    phone = Client()
    phone.post(path_of(owed))
    assert became(line).state == "acknowledged"
    assert "You have read this." in phone.get(path_of(owed)).content.decode()


def test_it_is_said_in_their_language_unless_the_address_says_another(games):
    texts = {"en": {"title": "Pool", "body": "B."}, "fi": {"title": "Uimahalli", "body": "B."}}
    games.event.languages = ["en", "fi"]
    games.event.save()
    owed = due_by("sms", reachable(games.event, language="fi"), texts=texts)
    assert "Uimahalli" in Client().get(path_of(owed)).content.decode()
    assert "Pool" in Client().get(f"{path_of(owed)}?lang=en").content.decode()


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_somebody_stops_what_goes_there_and_keeps_the_rest(family, channel):
    owed = due_by(channel, family)
    address = stop_link_of(owed.pk).removeprefix(BASE)
    phone = Client()
    html = phone.get(address).content.decode()
    assert "Then we do not write there any more." in html
    assert f'href="{link_of(owed.pk)}"' in html
    said = [phone.post(address) for _ in range(2)]
    assert [each.status_code for each in said] == [200, 200]
    assert "We do not write there any more." in said[0].content.decode()
    family.refresh_from_db()
    assert (bool(family.phone), bool(family.email)) == (channel != "sms", channel != "email")


def test_mail_program_stops_it_with_one_click(family):
    """RFC 8058: a POST without a cookie, from wherever the mail is read."""
    owed = due_by("email", family)
    answer = Client(enforce_csrf_checks=True).post(
        stop_link_of(owed.pk).removeprefix(BASE), {"List-Unsubscribe": "One-Click"}
    )
    family.refresh_from_db()
    assert (answer.status_code, family.email) == (200, "")


@pytest.mark.parametrize("key", ["a", "é" * 22, "A" * 22, "A" * 500, "=" * 22])
def test_what_is_not_there_is_nobodys(family, key):
    due_by("sms", family)
    for tail in ("", "stop/"):
        assert Client().get(f"/m/{key}/{tail}").status_code == 404
        assert Client().post(f"/m/{key}/{tail}").status_code == 404


def test_only_what_went_out_has_an_address(family):
    owed = due_by("sms", family)
    line = add_line(owed.notice, family)
    assert Client().get(path_of(line)).status_code == 404
    assert Client().get(f"/m/{key_of(uuid4())}/").status_code == 404


def test_page_has_a_way_to_help_and_no_script_is_needed(family):
    owed = due_by("sms", family)
    html = Client().get(path_of(owed)).content.decode()
    assert re.search(r'href="/schedule/games/help/[^"]*">I need help', html)
    assert '<form class="beside screen" method="post"' in html
