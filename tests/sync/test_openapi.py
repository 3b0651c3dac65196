"""The OpenAPI document and its page."""

import re
from io import StringIO

from django.core.management import call_command
from django.test import Client


def test_document_is_valid_and_names_every_door_into_the_engine() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    paths = re.findall(r"^  (/api/v1/.*):$", out.getvalue(), re.MULTILINE)
    assert paths == [
        "/api/v1/device",
        "/api/v1/enrol",
        "/api/v1/people/{person}/safety",
        "/api/v1/people/{person}/safety/{kind}",
        "/api/v1/people/{person}/safety/proposals/{proposal}",
        "/api/v1/push",
        "/api/v1/streams",
        "/api/v1/streams/{stream}/changes",
    ]


def test_page_needs_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert [link for link in links if not link.startswith(("/", "?"))] == []
    assert re.findall(r"<script(?! [^>]*src=)", page.content.decode()) == []
