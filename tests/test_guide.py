"""/guide/: the volunteers' guide, with its own pictures and no other file."""

import json
import re

import pytest
from django.test import Client

from eventsync.guide import DOCS, written
from eventsync.saying import WORDS

ROOT = DOCS.parent
TRANSLATED = [code for code in WORDS if code != "en"]
# What the guide says that the screens say: set in bold, or in quotation marks.
SAID = re.compile(r"\*\*(.+?)\*\*|[“«](.+?)[”»]|”(.+?)”", re.DOTALL)


@pytest.fixture
def page(db: None, client: Client) -> str:
    answer = client.get("/guide/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_guide_says_what_the_markdown_says(page: str) -> None:
    headings = re.findall(r"^#+ (.+)$", (DOCS / "door-guide.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) > 8
    assert re.findall(r"<h[12]>(.+)</h[12]>", page) == headings


@pytest.mark.parametrize("code", WORDS)
def test_every_picture_of_the_guide_is_served(db: None, client: Client, code: str) -> None:
    pictures = re.findall(r'<img src="(.+?)"', client.get(f"/guide/?lang={code}").content.decode())
    assert len(pictures) > 8
    assert {picture.removesuffix(f"-{code}.png") == picture for picture in pictures} == {code == "en"}
    for picture in pictures:
        answer = client.get(f"/guide/{picture}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert b"".join(answer).startswith(b"\x89PNG")


@pytest.mark.parametrize("code", TRANSLATED)
def test_translation_has_the_same_parts(code: str) -> None:
    def parts(text: str) -> list[str]:
        return re.findall(r"^#+ |^---$|^\d\. |^- |^\||screenshots/[\w-]+\.png|/rescue", text, re.MULTILINE)

    own_pictures = written(code).replace(f"-{code}.png", ".png")
    assert parts(own_pictures) == parts(written("en"))


@pytest.mark.parametrize("code", TRANSLATED)
def test_guide_calls_things_as_the_screens_do(code: str) -> None:
    english, screens = by_key("en"), by_key(code)
    pairs = list(zip(said(written("en")), said(written(code)), strict=True))
    keys = {text: {key for key, known in english.items() if plain(known) == text} for text, _ in pairs}
    wrong = [
        (text, own) for text, own in pairs if keys[text] and own not in {plain(screens[key]) for key in keys[text]}
    ]
    assert wrong == []
    assert len([text for text in keys if keys[text]]) > 15


@pytest.mark.parametrize("code", WORDS)
def test_guide_says_that_a_lead_records_paper_afterwards(code: str) -> None:
    assert plain(by_key(code)["paper.title"]) in said(written(code))


def said(guide: str) -> list[str]:
    return [plain(next(filter(None, found))) for found in SAID.findall(guide)]


def plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def by_key(code: str) -> dict[str, str]:
    """The app's own words that do not count anything."""
    folder = ROOT / "frontend/src/words"
    if code != "en":
        words = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))["words"]
        return {key: text for key, text in words.items() if isinstance(text, str)}
    source = "\n".join(file.read_text(encoding="utf-8") for file in sorted((folder / "en").glob("*.ts")))
    return dict(re.findall(r"^  '([\w.]+)':\s+'(.+)',$", source, re.MULTILINE))


@pytest.mark.parametrize("code", TRANSLATED)
def test_guide_is_served_in_each_language(db: None, client: Client, code: str) -> None:
    page = client.get(f"/guide/?lang={code}").content.decode()
    title = written(code).partition("\n")[0].removeprefix("# ")
    assert f"<h1>{title}</h1>" in page
    assert WORDS[code].words["unchecked"] in page


@pytest.mark.parametrize("name", ["admin-index-1280-light", "nothing", "..%2Farchitecture", "in-1280-light"])
def test_no_other_file_is_served(db: None, client: Client, name: str) -> None:
    assert client.get(f"/guide/screenshots/{name}.png").status_code == 404
