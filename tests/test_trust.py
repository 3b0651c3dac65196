"""/trust: only where the server has an authority of its own, and then by plain HTTP too."""

import html
import re
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.test import Client

from eventsync.lan.authority import fingerprint
from eventsync.lan.keeping import prepare
from eventsync.saying import WORDS

PAGES = ("/trust", "/trust/eventsync-authority.crt")


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> x509.Certificate:
    found, _ = prepare(tmp_path, address=IPv4Address("127.0.0.1"), now=datetime.now(UTC))
    settings.AUTHORITY = tmp_path / "authority.crt"
    settings.SECURE_SSL_REDIRECT = True
    return found.certificate


def test_page_shows_the_authoritys_number(db: None, authority: x509.Certificate, client: Client) -> None:
    answer = client.get("/trust")
    assert answer.status_code == 200
    assert fingerprint(authority) in answer.content.decode()


@pytest.mark.parametrize("code", WORDS)
def test_page_can_be_read_in_each_language(db: None, authority: x509.Certificate, client: Client, code: str) -> None:
    page = client.get(f"/trust?lang={code}").content.decode()
    words = WORDS[code].words
    assert f'<html lang="{code}" dir="{WORDS[code].dir}">' in page
    assert all(html.escape(text) in page for key, text in words.items() if key.startswith("trust_") and "{" not in text)
    assert f'<code dir="ltr">{fingerprint(authority)}</code>' in page
    assert (words["unchecked"] in page) is (code != "en")
    assert re.findall(r'<a href="[?]lang=(\w+)"', page) == list(WORDS)


def test_file_is_the_authoritys_certificate(db: None, authority: x509.Certificate, client: Client) -> None:
    answer = client.get("/trust/eventsync-authority.crt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-x509-ca-cert")
    assert x509.load_der_x509_certificate(answer.content) == authority


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_handed_out_without_an_authority(db: None, client: Client, page: str) -> None:
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_nothing_can_be_sent_there(db: None, authority: x509.Certificate, client: Client, page: str) -> None:
    assert client.post(page).status_code == 405


def test_the_rest_is_left_to_https(db: None, authority: x509.Certificate, client: Client) -> None:
    assert client.get("/app/").status_code == 301
    assert client.get("/app/", secure=True).status_code in {200, 503}
