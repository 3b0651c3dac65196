"""A title or a place that names somebody, or says something of anybody's health, is on no lock screen; N2 for plans."""

import html
import json
from dataclasses import replace
from typing import Any

import pytest

from eventsync.access.ranks import Rank
from eventsync.jobs.models import DomainEvent
from eventsync.schedule.models import Event, Term
from eventsync.schedule.plan.rules import Slot, Status, Texts, Told
from notifications import carrying
from notifications.links import link_of
from notifications.mail.sending import Mails
from notifications.models import Delivery, Notice
from notifications.push.payload import payload
from notifications.sms.sending import Texts as Messages
from notifications.wording.telltale import looking, warn
from tests.cast import NOON, Games, add_person, make_games
from tests.desk import staff
from tests.notifications.carried import reachable
from tests.notifications.families import make_recipient
from tests.notifications.tomorrow import change, later, make_tomorrow, tell
from tests.schedule.plan.plans import HOUR, Day

ALL = ["es", "fi", "ar"]
OPEN = {
    "en": ("In your plan: Another place", "Sunday 5 July, midday. Please go to the new place. Open to read."),
    "es": (
        "En tu plan: Otro lugar",
        "domingo 5 de julio, mediodía (12:00). Ve al lugar nuevo, por favor. Abre para leer.",
    ),
    "fi": (
        "Ohjelmassasi: Toinen paikka",
        "sunnuntai 5. heinäkuuta, keskipäivällä (kello 12). Mene uuteen paikkaan. Avaa ja lue.",
    ),
    "ar": ("في برنامجك: مكان آخر", "الأحد 5 يوليو، 12 ظهرًا. اذهب إلى المكان الجديد من فضلك. افتح لتقرأ."),
}


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def day(games: Games) -> Day:
    return make_tomorrow(games)


@pytest.fixture
def listed(day: Day) -> Event:
    for number, name in enumerate(("Anna Korhonen", "Rose Field", "محمد سعيد"), 50):
        add_person(day.event, name=name, number=str(number))
    return day.event


def moved(day: Day, title: str, **texts: str) -> Notice:
    """Its notice; `texts`: the title in other languages."""
    said = {code: {"title": text} for code, text in texts.items()}
    change(day.swim, title=title, texts=said, place=day.stage)
    tell(day)
    return Notice.objects.get()


def last(channel: str) -> Delivery:
    return Delivery.objects.select_related("notice__event", "recipient").get(channel=channel)


@pytest.mark.parametrize("language", ["en", *ALL])
def test_name_in_a_title_is_on_no_way_outside_in_any_language(day, listed, gateway, server, language):
    Event.objects.filter(pk=day.event.pk).update(languages=ALL)
    day.event.refresh_from_db()
    push = make_recipient(day.event, language=language)
    reachable(day.event, language=language, phone="")
    reachable(day.event, language=language, email="")
    notice = moved(day, "Swim of Anna Korhonen", fi="Anna Korhosen uinti", ar="سباحة محمد سعيد")
    assert "Anna" in notice.texts["en"]["title"]
    title, body = OPEN[language]
    shown = json.loads(payload(last("push"), "life"))["notification"]
    assert (shown["title"], shown["body"]) == (title, body)
    carrying.send_due(day.event.pk, Messages())
    carrying.send_due(day.event.pk, Mails())
    [(_, _, text)] = gateway.asked
    assert (title in text["text"], link_of(last("sms").pk) in text["text"]) == (True, True)
    [(_, mail)] = server.taken
    assert mail["Subject"].strip() == f"Games: {title}"  # a long one begins on the next line
    everything = "".join([str(shown), text["text"], str(mail["Subject"]), mail.get_content()])
    assert [each for each in ("Anna", "Korho", "محمد") if each in everything] == []
    line = Delivery.objects.get(recipient=push, channel="in_app")
    assert line.notice.said(language)["title"] != title


@pytest.mark.usefixtures("mails")
def test_whoever_opens_it_reads_all_of_it(day, listed, client):
    reachable(day.event, phone="")
    moved(day, "Swim of Anna Korhonen")
    page = client.get(link_of(last("email").pk).removeprefix("http://testserver")).content.decode()
    assert "Swim of Anna Korhonen: Another place" in html.unescape(page)


def test_other_systems_do_not_hear_of_it(day, listed):
    make_recipient(day.event)
    moved(day, "Swim of Anna Korhonen")
    said = json.loads(DomainEvent.objects.get(name="notice_made").body)
    assert (said["title"], said["body"]) == OPEN["en"]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Swim of Anna", "en", ["Anna"]),
        ("Korhonen cup", "en", ["Korhonen"]),
        ("Rose garden", "en", []),
        ("Rose Field relay", "en", []),  # words of everyday English
        ("Games", "en", []),
        ("Annan uinti", "fi", ["Annan"]),
        ("Viesti, Anna", "fi", ["Anna"]),
        ("Natación con Anna", "es", ["Anna"]),
        ("سباحة محمد سعيد", "ar", ["محمد سعيد"]),
        ("سباحة سعيد", "ar", []),  # “happy”, too
        ("Epilepsy café", "en", ["Epilepsy"]),
        ("Diabetes y deporte", "es", ["Diabetes"]),
        ("Allergiakahvila", "fi", ["Allergiakahvila"]),
        ("مستشفى", "ar", ["مستشفى"]),
        ("First aid", "en", []),
    ],
)
def test_what_tells_others_of_somebody(listed, text, language, found):
    assert [each.words for each in looking(listed)(text, language)] == found


def test_place_counts_where_it_is_said(day, listed):
    make_recipient(day.event)
    type(day.stage).objects.filter(pk=day.stage.pk).update(name="Tent of Anna")
    assert moved(day, "Swim").shown_in("en")["title"] == OPEN["en"][0]


def test_word_that_the_event_explains_is_said(day, listed):
    make_recipient(day.event)
    Term.objects.create(event=day.event, word="Anna", meaning="A ship.")
    assert moved(day, "Swim of Anna").discreet is None


def test_of_several_the_same_is_true(day, listed):
    make_recipient(day.event)
    later(day.party, HOUR)
    notice = moved(day, "Korhonen cup")
    assert (len(notice.activities), notice.shown_in("en")["title"]) == (2, OPEN["en"][0])


def test_names_of_another_event_are_nobodys_here(day):
    add_person(make_games("camp", people=0).event, name="Anna Korhonen", number="50")
    make_recipient(day.event)
    assert moved(day, "Swim of Anna").discreet is None


def test_whoever_releases_is_told_before(day, listed):
    later(day.swim, HOUR)
    change(day.swim, title="Swim of Anna")
    lead = staff("lea", Rank.MANAGER, day.event)
    address = f"/admin/schedule/release/add/?event={day.event.slug}"
    page = html.unescape(lead.get(address).content.decode())
    assert "This tells others of somebody, so lock screens do not say it:" in page
    assert 'Swim of Anna, title</bdi></a>: “<bdi lang="en">Anna</bdi>” Lock screens say' in page
    assert "stops the release" not in page
    change(day.swim, title="Swim")
    assert "lock screens" not in lead.get(address).content.decode()


def told(number: int, title: str) -> Told:
    slot = Slot(start=NOON, end=NOON + HOUR, place="pool")
    said: dict[str, Any] = {"symbol": "", "delay": 0, "venue": "", "groups": (), "status": Status.PLANNED}
    return Told(id=str(number), texts={"en": Texts(title=title)}, slot=slot, place_name={"en": "Pool"}, **said)


@pytest.mark.parametrize("texts", [1, 3, 300])
def test_preview_takes_as_many_queries_however_many_texts_it_has(listed, texts, django_assert_num_queries):
    anew = [
        (told(number, f"Swim{chr(97 + number % 26)} of Anna {'x' * (number // 26)}"), None) for number in range(texts)
    ]
    with django_assert_num_queries(5):
        assert [each.finding.words for each in warn(listed, anew)] == ["Anna"] * texts


def test_preview_does_not_repeat_what_was_told_before(listed):
    before = told(1, "Swim of Anna")
    assert list(warn(listed, [(replace(before, delay=5), before)])) == []
    assert [each.of for each in warn(listed, [(before, told(1, "Swim"))])] == [before]


@pytest.mark.parametrize("people", [1, 3])
def test_looking_takes_as_many_queries_however_many_are_listed(games, people, django_assert_num_queries):
    for number in range(people):
        add_person(games.event, name="Anna Korhonen", number=f"A{number}")
    with django_assert_num_queries(5):
        look = looking(games.event)
        assert look("Swim of Anna", "en") == look("Swim of Anna", "en") != ()
