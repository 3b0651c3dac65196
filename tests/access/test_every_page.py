"""Every page of the admin, those to come too: whom it lets in, and what it says of others' rows."""

import pytest
from django.contrib import admin
from django.contrib.auth import models as auth
from django.test import Client

from eventsync.access.admin import ModelAdmin
from eventsync.access.ranks import Rank
from tests.access.everything import addresses, bodies, fill, labels, list_of, missing, row_of, stored
from tests.cast import make_games
from tests.desk import alice, charlie, staff
from tests.proving import PROVING

SHARE = 1 if PROVING else 6
SITE = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"}
APPS = sorted({label.split(".")[0] for label in labels()})


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


def labels_of(app: str) -> list[str]:
    return [label for label in labels() if label.startswith(f"{app}.")]


def tried(games, label: str) -> list[dict[str, object]]:
    """What the pages of a table are sent: in `make prove` all that they could be, else another sixth for each table."""
    return list(bodies(games, label))[labels().index(label) % SHARE :: SHARE]


def test_site_has_no_pages_but_those_of_tables_and_these():
    named = {each.name for each in admin.site.get_urls() if hasattr(each, "name")}
    assert named - {None, "view_on_site", "app_list"} == SITE


def test_pages_are_ours_but_those_of_accounts():
    others = {model for model, page in admin.site._registry.items() if not isinstance(page, ModelAdmin)}
    assert others == {auth.User, auth.Group}


@pytest.mark.parametrize("app", APPS)
def test_charlie_gets_nowhere_and_changes_nothing(full, app):
    client = charlie()
    for label in labels_of(app):
        key, before = str(row_of(full, label).pk), stored()
        for body in (None, *tried(full, label)):
            for address, answer in answers(client, label, key, body).items():
                led_away = address.endswith(("/history/", "/KEY/"))  # by Django, from every row and none
                assert answer[0] == 403 or (led_away and answer[0] in {301, 302, 405}), (address, answer)
        assert stored() == before, label


@pytest.mark.parametrize("app", APPS)
def test_viewer_changes_nothing(full, app):
    client = staff("vera", Rank.VIEWER, full.event)
    for label in labels_of(app):
        key, before = str(row_of(full, label).pk), stored()
        looked = answers(client, label, key, None)
        assert {status for status, _ in looked.values()} <= {200, 301, 302, 403}, looked
        for body in tried(full, label):
            answers(client, label, key, body)
        assert stored() == before, label


@pytest.mark.parametrize("app", APPS)
def test_owner_of_another_event_cannot_tell_a_row_from_a_missing_one(full, app):
    camp = make_games("camp", people=1)
    client = staff("olga", Rank.OWNER, camp.event)
    for label in sorted(set(labels_of(app)) - {"auth.user", "auth.group"}):
        row, before = row_of(full, label), stored()
        for body in (None, *tried(full, label)):
            assert answers(client, label, str(row.pk), body) == answers(client, label, missing(label), body)
        after = stored()
        assert {name for name in after if after[name] != before[name]} <= {"sync.EnrolmentCode", "admin.LogEntry"}


def test_lists_and_their_filters_name_nothing_of_another_event(full):
    camp = make_games("camp", people=0)
    camp.event.venues.update(name="Elsewhere")
    olga = staff("olga", Rank.OWNER, camp.event)
    said = {label: olga.get(list_of(label)) for label in labels()}
    texts = {label: answer.content.decode() for label, answer in said.items() if answer.status_code == 200}
    assert len(texts) > len(said) // 2
    words = ("Games", "games", "Guest", "Main hall", "maria")
    assert [(label, word) for label, text in texts.items() for word in words if word in text] == []


def test_alice_sees_all(full):
    client = alice()
    lists = {label: client.get(list_of(label)).status_code for label in labels()}
    assert set(lists.values()) == {200}
