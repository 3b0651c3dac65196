"""Every page of the admin, those to come too: whom it lets in, and what it says of others' rows."""

import pytest
from django.contrib import admin
from django.contrib.auth import models as auth
from django.db import connection
from django.test import Client

from eventsync.access.admin import ModelAdmin
from eventsync.access.ranks import Rank
from tests.access.everything import addresses, bodies, fill, labels, list_of, missing, row_of, stored
from tests.cast import make_games
from tests.desk import alice, charlie, staff

# What it finds does not depend on the database, and it takes long.
pytestmark = [pytest.mark.long] if connection.vendor == "postgresql" else []
SITE = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"}


@pytest.fixture
def full(games, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    fill(games)
    return games


def answers(client: Client, label: str, key: str, body: dict[str, object] | None) -> dict[str, tuple[int, str]]:
    """What each page of a table says: status and where it leads."""
    found = {}
    for address, name in zip(addresses(label, key), addresses(label, "KEY"), strict=True):
        answer = client.get(address) if body is None else client.post(address, body)
        found[name] = (answer.status_code, answer.headers.get("Location", "").replace(key, "KEY"))
    return found


def test_site_has_no_pages_but_those_of_tables_and_these():
    named = {each.name for each in admin.site.get_urls() if hasattr(each, "name")}
    assert named - {None, "view_on_site", "app_list"} == SITE


def test_pages_are_ours_but_those_of_accounts():
    others = {model for model, page in admin.site._registry.items() if not isinstance(page, ModelAdmin)}
    assert others == {auth.User, auth.Group}


@pytest.mark.parametrize("label", labels())
def test_charlie_gets_nowhere_and_changes_nothing(full, label):
    client = charlie()
    key, before = str(row_of(full, label).pk), stored()
    for body in (None, *bodies(full, label)):
        for address, answer in answers(client, label, key, body).items():
            led_away = address.endswith(("/history/", "/KEY/"))  # by Django, from every row and none
            assert answer[0] == 403 or (led_away and answer[0] in {301, 302, 405}), (address, answer)
    assert stored() == before


@pytest.mark.parametrize("label", labels())
def test_viewer_changes_nothing(full, label):
    client = staff("vera", Rank.VIEWER, full.event)
    key, before = str(row_of(full, label).pk), stored()
    looked = {status for status, _ in answers(client, label, key, None).values()}
    assert looked <= {200, 301, 302, 403}
    for body in bodies(full, label):
        answers(client, label, key, body)
    assert stored() == before


@pytest.mark.parametrize("label", sorted(set(labels()) - {"auth.user", "auth.group"}))
def test_owner_of_another_event_cannot_tell_a_row_from_a_missing_one(full, label):
    camp = make_games("camp", people=1)
    client = staff("olga", Rank.OWNER, camp.event)
    row, before = row_of(full, label), stored()
    for body in (None, *bodies(full, label)):
        assert answers(client, label, str(row.pk), body) == answers(client, label, missing(label), body)
    after = stored()
    assert {name for name in after if after[name] != before[name]} <= {"sync.EnrolmentCode", "admin.LogEntry"}


@pytest.mark.parametrize("label", labels())
def test_list_and_its_filters_name_nothing_of_another_event(full, label):
    camp = make_games("camp", people=0)
    camp.event.venues.update(name="Elsewhere")
    answer = staff("olga", Rank.OWNER, camp.event).get(list_of(label))
    text = answer.content.decode() if answer.status_code == 200 else ""
    assert [word for word in ("Games", "games", "Guest", "Main hall", "maria") if word in text] == []


def test_alice_sees_all(full):
    client = alice()
    lists = {label: client.get(list_of(label)).status_code for label in labels()}
    assert set(lists.values()) == {200}
