"""How somebody chooses to see the pages: kept by their browser alone, undone at once, the same page for everybody."""

import re

import pytest
from django.urls import reverse

from eventsync.schedule.pages.settings import CHOICES, Settings, read, settings_of
from eventsync.schedule.pages.words import WORDS
from tests.schedule.pages.reading import PAGE, part, text
from tests.schedule.pages.reading import read as page_of
from tests.schedule.plan.plans import release

SETTINGS = f"{PAGE}settings/"


def choose(client, address=f"{SETTINGS}?lang=en", **said):
    return client.post(address, said)


def attribute(html: str) -> str | None:
    found = re.search(r'<html data-settings="([^"]*)" lang=', html)
    return found and found[1]


def checked(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="(\w*)" checked', html))


def test_settings_are_what_can_be_chosen_in_one_order_and_nothing_else():
    assert read("colours:dark.size:large") == Settings(("size:large", "colours:dark"))
    assert read("size:large.size:largest").chosen == ("size:largest",)
    for strange in (
        "",
        "size",
        "size:",
        "size:huge",
        'size:large"><script>',
        "lang:fi",
        "." * 5000,
        ":",
        "\x00:\udcff",
    ):
        assert read(strange) == Settings()
    assert settings_of({"size": "large", "csrf": "x"}.items()).cookie == "size:large"


def test_choice_is_kept_in_a_cookie_and_every_page_says_it(day, client):
    answer = choose(client, size="large", words="", clock="24", colours="contrast")
    assert (answer.status_code, answer["Location"]) == (303, f"{SETTINGS}?lang=en&before=")
    cookie = answer.cookies["settings"]
    assert cookie.value == "size:large.clock:24.colours:contrast"
    assert (cookie["path"], cookie["samesite"], cookie["max-age"], cookie["secure"]) == (
        "/schedule/",
        "Lax",
        31536000,
        "",
    )
    for address in (PAGE, f"{PAGE}days/", f"{PAGE}places/{day.deck.pk}/", SETTINGS):
        assert attribute(page_of(client, address)) == "size:large clock:24 colours:contrast"
    assert "data-settings" not in client.get(f"{PAGE}copy.json?lang=en").content.decode()


def test_choice_is_confirmed_and_undone_by_one_button(day, client):
    choose(client, size="large")
    html = page_of(client, choose(client, size="largest", colours="dark")["Location"])
    assert re.search(r'role="status">Your choice is saved. <button class="button">Undo', html)
    undo = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w*)"', html))
    assert undo == dict.fromkeys(CHOICES, "") | {"size": "large"}
    back = page_of(client, choose(client, **undo)["Location"])
    assert (attribute(back), checked(back)["size"], checked(back)["colours"]) == ("size:large", "large", "")
    assert "Your choice is saved." in text(back)
    assert "Your choice is saved." not in text(page_of(client, SETTINGS)).partition("Large")[0]


def test_what_is_usual_leaves_no_cookie(day, client):
    choose(client, size="large")
    answer = choose(client, size="")
    assert (answer.cookies["settings"].value, answer.cookies["settings"]["max-age"]) == ("", 0)
    assert attribute(page_of(client)) is None


@pytest.mark.parametrize("language", WORDS)
def test_page_has_each_choice_once_in_words_and_an_activity_as_the_example(day, client, language):
    html = page_of(client, f"{SETTINGS}?lang={language}")
    own = re.findall(r'<html lang="(\w+)"', html)[0]
    words = WORDS[own]
    assert re.findall(r"<legend><h2>(.+?)</h2>", html) == [words.say(f"set_{name}") for name in CHOICES]
    options = re.findall(r'type="radio" name="(\w+)" value="(\w*)"', html)
    assert [(name, value) for name, value in options if value] == [
        (name, value) for name, values in CHOICES.items() for value in values if value != str(words.hours)
    ]
    assert {name: [value for each, value in options if each == name].count("") for name in CHOICES} == dict.fromkeys(
        CHOICES, 1
    )
    assert checked(html) == dict.fromkeys(CHOICES, "")
    assert words.say("settings_example") in part(html, "example")
    assert part(html, "example").count(words.say("status_planned")) == 1


def test_clock_of_the_language_is_usual_and_who_chose_it_elsewhere_keeps_it(day, client):
    choose(client, clock="24")
    assert checked(page_of(client, f"{SETTINGS}?lang=en"))["clock"] == "24"
    finnish = page_of(client, f"{SETTINGS}?lang=fi")
    assert re.findall(r'name="clock" value="(\w*)"( checked)?> ([^<]+)<', finnish) == [
        ("24", " checked", "kello 15.30"),
        ("12", "", "kello 3.30 ip."),
    ]


def test_other_sites_choose_nothing_and_nonsense_chooses_what_is_usual(day, client):
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)):
        answer = client.post(SETTINGS, {"size": "large"}, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, "settings" in answer.cookies) == (status, status == 303)
    for said in ({}, {"size": "x" * 100_000}, {"size": 'large"; path=/'}, {"lang": "fi"}):
        assert choose(client, **said).cookies["settings"].value == ""
    assert client.post(SETTINGS, b"\xff\x00", content_type="application/json").status_code == 303
    assert client.post("/schedule/nowhere/settings/", {"size": "large"}).status_code == 404
    assert client.put(SETTINGS).status_code == 405
    assert client.post(PAGE).status_code == 405


def test_who_chose_something_holds_a_page_of_their_own(day, client):
    usual = client.get(PAGE)
    choose(client, size="large")
    mine = client.get(PAGE, headers={"If-None-Match": usual["ETag"]})
    assert (mine.status_code, mine["Cache-Control"]) == (200, "max-age=10, must-revalidate, private")
    assert client.get(PAGE, headers={"If-None-Match": mine["ETag"]}).status_code == 304
    client.cookies["settings"] = "size:huge"
    assert client.get(PAGE)["ETag"] == usual["ETag"]


def test_settings_are_there_before_the_first_release(games, client):
    html = page_of(client, SETTINGS)
    assert ('id="example"' in html, 'id="settings"' in html) == (False, True)
    assert reverse("schedule-settings", kwargs={"slug": "games"}) == SETTINGS


def test_only_the_longer_texts_are_left_out_for_who_wants_less_to_read(day, client):
    day.swim.sentence, day.swim.outline, day.swim.note = "You swim.", "Bring a towel.", "Come early."
    day.swim.save()
    release(day.event)
    html = page_of(client)
    left_out = [
        text(each) for each in re.findall(r'<(?:p|details) class="extra">(.*?)</(?:p|details)>', html, re.DOTALL)
    ]
    assert set(left_out) == {"You swim.", "Read more Bring a towel."}
