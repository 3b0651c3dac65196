"""The secret of a link is on its card, in the browser that opened it, and nowhere else."""

import logging
import re

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client

from eventsync.logs import json_formatter
from eventsync.schedule.links.making import BITS, calendar_token
from tests.schedule.links.cards import make_card, opened, own, path, press, token
from tests.schedule.pages.reading import PAGE, read


def secrets(card, client: Client) -> list[str]:
    return [token(card), calendar_token(card.link), client.cookies[f"mine-{card.link.pk.hex}"].value]


def test_tokens_have_128_random_bits_and_differ(day):
    cards = [make_card(day.event, str(number)) for number in range(20)]
    found = {token(card) for card in cards} | {calendar_token(card.link) for card in cards}
    assert (len(found), {len(each) for each in found}, BITS) == (40, {22}, 128)


def test_no_table_holds_a_secret(day, card):
    family = opened(card)
    rows = [
        repr(row) for model in apps.get_models() if model is not Session for row in model._default_manager.values_list()
    ]
    assert [each for each in secrets(card, family) if any(each in row for row in rows)] == []


def test_no_log_line_holds_a_secret_also_when_a_page_fails(day, card, caplog, monkeypatch):
    family = opened(card)
    family.get(own(card))
    family.get(f"/f/games/{calendar_token(card.link)}/calendar.ics")
    monkeypatch.setattr("eventsync.schedule.links.views.visit", lambda *_: 1 / 0)
    family.raise_request_exception = False
    for address in (path(card), f"/f/games/{calendar_token(card.link)}/calendar.ics", own(card)):
        assert family.get(address).status_code == 500
    logging.getLogger("daphne").warning("Slow: <WebRequest uri=%s clientproto=HTTP/1.1>", path(card))
    lines = "\n".join(json_formatter().format(record) for record in caplog.records)
    assert (lines.count('"status":500'), "Internal Server Error: /f/games/…" in lines, "uri=/f/games/…" in lines) == (
        3,
        True,
        True,
    )
    assert [each for each in secrets(card, family) if each in lines] == []


@pytest.mark.parametrize("page", ["", "2026-07-04/", "days/", "places/", "help/", "copy.json?lang=en"])
def test_pages_of_everybody_hold_nothing_of_a_family_also_for_its_own_phone(day, card, page):
    family = opened(card)
    answer = family.get(f"{PAGE}{page}")
    html = answer.content.decode()
    assert html == read(Client(), f"{PAGE}{page}")
    assert [each for each in (*secrets(card, family), "Sunny Bear", str(card.link.pk)) if each in html] == []
    assert answer.cookies == {}


def test_no_page_hands_its_address_on(day, card, client):
    family = opened(card)
    answers = [client.get(path(card)), client.get("/f/games/wrong/"), family.get(own(card)), press(client, card)]
    assert {each["Referrer-Policy"] for each in answers} == {"no-referrer"}
    html = answers[0].content.decode()
    assert re.findall(r'(?:src|href)="(https?:[^"]+)"', html) == []  # and nobody else is asked for anything


def test_address_of_my_day_holds_no_secret(day, card):
    family = opened(card)
    html = read(family, own(card))
    cookie = secrets(card, family)[2]
    assert (cookie in html, token(card) in html) == (False, False)
