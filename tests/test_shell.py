"""The pages that are the same for everybody. /rescue needs nothing that a build makes."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from eventsync import shell
from eventsync.saying import WORDS

ROOT = Path(__file__).parent.parent


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    monkeypatch.setattr(shell, "DIST", tmp_path)
    settings.WHITENOISE_USE_FINDERS = True  # other tests do without static files


def test_rescue_is_served_where_nothing_was_built(unbuilt: None, db: None, client: Client) -> None:
    answer = client.get("/rescue")
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")
    assert "/static/dist/" not in page
    assert client.get("/app/").status_code == 503
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        file = client.get(path)
        assert (path, file.status_code, b"".join(file)) == (path, 200, (ROOT / path[1:]).read_bytes())
        file.close()


def test_rescue_runs_scripts_of_its_own_address_only(client: Client) -> None:
    answer = client.get("/rescue")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert re.findall(r"<script[^>]*>", answer.content.decode()) == [
        '<script id="catalogues" type="application/json">',
        '<script type="module" src="/static/rescue/rescue.js">',
    ]


def test_rescue_carries_the_words_of_all_languages(client: Client) -> None:
    answer = client.get("/rescue", headers={"Accept-Language": "fi"}).content.decode()
    carried = re.search(r'<script id="catalogues" type="application/json">(.+?)</script>', answer)
    assert carried is not None
    assert json.loads(carried[1]) == {code: {"dir": words.dir, "words": words.rescue} for code, words in WORDS.items()}
    assert all(
        f'data-says="{key}">{html.escape(str(WORDS["fi"].rescue[key]))}<' in answer
        for key in ("heading", "send", "device")
    )


def test_what_stands_there_until_the_app_starts_is_in_the_language_of_the_phone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "_entry", lambda: {"script": "/static/dist/main.js", "style": "/static/dist/style.css"})
    answer = client.get("/app/", headers={"Accept-Language": "ar"})
    page = answer.content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert f'<a href="/rescue">{WORDS["ar"].words["app_rescue"]}</a>' in page
    assert answer["Vary"] == "Accept-Language"
