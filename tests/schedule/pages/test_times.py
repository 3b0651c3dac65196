"""Times in words: absolute, in the event's zone, in four languages."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from eventsync.schedule.pages.times import Clock
from eventsync.schedule.pages.words import WORDS
from tests.schedule.pages.reading import text

HELSINKI = ZoneInfo("Europe/Helsinki")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=HELSINKI)


STRETCHES = {
    "afternoon": (at(4, 15, 30), at(4, 17)),
    "midday": (at(4, 12), at(4, 12, 5)),
    "until midday": (at(4, 9, 40), at(4, 12)),
    "until midnight": (at(4, 20), at(5, 0)),
    "after midnight": (at(5, 0), at(5, 0, 30)),
    "overnight": (at(4, 20), at(5, 2)),
}
SAID = {
    "en": [
        "Saturday 4 July, 3:30 pm to 5 pm",
        "Saturday 4 July, midday to 12:05 pm",
        "Saturday 4 July, 9:40 am to midday",
        "Saturday 4 July, 8 pm to midnight",
        "Sunday 5 July, midnight (the start of the day) to 12:30 am",
        "Saturday 4 July, 8 pm to Sunday 5 July, 2 am",
    ],
    "es": [
        "sábado 4 de julio, de 15:30 a 17:00",
        "sábado 4 de julio, de mediodía (12:00) a 12:05",
        "sábado 4 de julio, de 9:40 a mediodía (12:00)",
        "sábado 4 de julio, de 20:00 a medianoche",
        "domingo 5 de julio, de medianoche (al empezar el día) a 0:30",
        "sábado 4 de julio, de 20:00 a domingo 5 de julio, 2:00",
    ],
    "fi": [
        "lauantai 4. heinäkuuta, alkaa kello 15.30 ja loppuu kello 17",
        "lauantai 4. heinäkuuta, alkaa keskipäivällä (kello 12) ja loppuu kello 12.05",
        "lauantai 4. heinäkuuta, alkaa kello 9.40 ja loppuu keskipäivällä (kello 12)",
        "lauantai 4. heinäkuuta, alkaa kello 20 ja loppuu keskiyöllä",
        "sunnuntai 5. heinäkuuta, alkaa keskiyöllä (päivän alussa) ja loppuu kello 0.30",
        "lauantai 4. heinäkuuta, alkaa kello 20 ja loppuu sunnuntai 5. heinäkuuta, kello 2",
    ],
    "ar": [
        "السبت 4 يوليو، من 3:30 مساءً إلى 5 مساءً",
        "السبت 4 يوليو، من 12 ظهرًا إلى 12:05 مساءً",
        "السبت 4 يوليو، من 9:40 صباحًا إلى 12 ظهرًا",
        "السبت 4 يوليو، من 8 مساءً إلى منتصف الليل",
        "الأحد 5 يوليو، من منتصف الليل (في بداية اليوم) إلى 12:30 صباحًا",
        "السبت 4 يوليو، من 8 مساءً إلى الأحد 5 يوليو، 2 صباحًا",
    ],
}
OTHERWISE = {
    "en": [
        ["15:30", "17:00"],
        ["midday (12:00)", "12:05"],
        ["9:40", "midday (12:00)"],
        ["20:00"],
        ["0:30"],
        ["20:00", "2:00"],
    ],
    "es": [
        ["3:30 p. m.", "5 p. m."],
        ["mediodía", "12:05 p. m."],
        ["9:40 a. m.", "mediodía"],
        ["8 p. m."],
        ["12:30 a. m."],
        ["8 p. m.", "2 a. m."],
    ],
    "fi": [
        ["kello 3.30 ip.", "kello 5 ip."],
        ["keskipäivällä", "kello 12.05 ip."],
        ["kello 9.40 ap.", "keskipäivällä"],
        ["kello 8 ip."],
        ["kello 12.30 ap."],
        ["kello 8 ip.", "kello 2 ap."],
    ],
    "ar": [["15:30", "17:00"], ["12:00 ظهرًا", "12:05"], ["9:40", "12:00 ظهرًا"], ["20:00"], ["0:30"], ["20:00", "2:00"]],
}


@pytest.mark.parametrize("language", WORDS)
def test_stretches_of_time_are_said_with_day_and_date(language):
    clock = Clock(WORDS[language], HELSINKI)
    assert [text(clock.when(*stretch)) for stretch in STRETCHES.values()] == SAID[language]
    assert [clock.spoken(*stretch) for stretch in STRETCHES.values()] == SAID[language]


@pytest.mark.parametrize(("language", "said"), OTHERWISE.items())
def test_times_are_there_by_the_other_clock_too(language, said):
    clock = Clock(WORDS[language], HELSINKI)
    other = re.compile(r'<span class="h(\d\d)" hidden>(.*?)</span>')
    assert [other.findall(clock.when(*stretch)) for stretch in STRETCHES.values()] == [
        [(str(36 - WORDS[language].hours), each) for each in every] for every in said
    ]


def test_midday_is_a_word_and_what_a_watch_with_24_hours_shows_stands_beside_it():
    clock = Clock(WORDS["en"], HELSINKI)
    shown = '<span class="h12">midday</span><span class="h24" hidden>midday (12:00)</span>'
    assert (clock.shown_time(at(4, 12)), clock.hour(at(4, 12))) == (shown, "midday")
    assert Clock(WORDS["fi"], HELSINKI).hour(at(4, 12)) == "keskipäivällä (kello 12)"


def test_midnight_says_at_which_end_of_the_day_it_is_by_every_clock():
    assert Clock(WORDS["en"], HELSINKI).shown_time(at(4, 0)) == "midnight (the start of the day)"


def test_time_has_its_offset_and_is_of_the_zone_of_the_event():
    start, end = (each.astimezone(ZoneInfo("America/Lima")) for each in STRETCHES["afternoon"])
    assert Clock(WORDS["en"], HELSINKI).when(start, end) == (
        'Saturday 4 July, <time datetime="2026-07-04T15:30+03:00">'
        '<span class="h12">3:30 pm</span><span class="h24" hidden>15:30</span></time> '
        'to <time datetime="2026-07-04T17:00+03:00">'
        '<span class="h12">5 pm</span><span class="h24" hidden>17:00</span></time>'
    )


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "Saturday 4 July 2026", "Saturday 4 July, 9:40 am"),
        ("es", "sábado 4 de julio de 2026", "sábado 4 de julio, 9:40"),
        ("fi", "lauantai 4. heinäkuuta 2026", "lauantai 4. heinäkuuta, kello 9.40"),
        ("ar", "السبت 4 يوليو 2026", "السبت 4 يوليو، 9:40 صباحًا"),
    ],
)
def test_days_and_moments_are_said_in_full(language, day, moment):
    clock = Clock(WORDS[language], HELSINKI)
    assert (clock.day(at(4, 9).date()), clock.moment(at(4, 9, 40))) == (day, moment)
    assert text(clock.shown_moment(at(4, 9, 40))) == moment
