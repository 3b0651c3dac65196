"""/guide/: the volunteers' guide, with its own pictures and no other file."""

import re

import pytest
from django.test import Client

from eventsync.guide import DOCS


@pytest.fixture
def page(db: None, client: Client) -> str:
    answer = client.get("/guide/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_guide_says_what_the_markdown_says(page: str) -> None:
    headings = re.findall(r"^#+ (.+)$", (DOCS / "door-guide.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) > 8
    assert re.findall(r"<h[12]>(.+)</h[12]>", page) == headings


def test_every_picture_of_the_guide_is_served(page: str, client: Client) -> None:
    pictures = re.findall(r'<img src="(.+?)"', page)
    assert len(pictures) > 8
    for picture in pictures:
        answer = client.get(f"/guide/{picture}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert b"".join(answer).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["admin-index-1280-light", "nothing", "..%2Farchitecture"])
def test_no_other_file_is_served(db: None, client: Client, name: str) -> None:
    assert client.get(f"/guide/screenshots/{name}.png").status_code == 404
