"""The words of the guide, of trust, of rescue and of the app before it starts: complete, used, each in its language."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.test import Client

from eventsync.saying import CATALOGUES, WORDS, Text, Words

ROOT = Path(__file__).parent.parent
# In how many ways a language counts, by CLDR.
FORMS = {
    "en": ["one", "other"],
    "es": ["many", "one", "other"],
    "fi": ["one", "other"],
    "ar": ["few", "many", "one", "other", "two", "zero"],
}
SAYS_IT = {"zero", "one", "two"}  # these need not write the figure
TRANSLATED = [code for code in WORDS if code != "en"]


def slots(text: Text) -> list[str]:
    """Those of each form, without the number where a form says it in words."""
    if isinstance(text, str):
        return sorted(re.findall(r"{(\w+)}", text))
    found = {tuple(slots(each)) for form, each in text.items() if form not in SAYS_IT}
    assert len(found) == 1, text
    return list(found.pop())


def forms(texts: Mapping[str, Text], code: str) -> dict[str, list[str]]:
    expected = {key: FORMS[code] for key, text in WORDS["en"].rescue.items() if not isinstance(text, str)}
    found = {key: sorted(text) for key, text in texts.items() if not isinstance(text, str)}
    assert found == expected
    return found


@pytest.mark.parametrize("code", WORDS)
def test_catalogue_is_complete(code: str) -> None:
    words, english = WORDS[code], WORDS["en"]
    for texts, model in ((words.words, english.words), (words.rescue, english.rescue)):
        assert {key: slots(text) for key, text in texts.items()} == {key: slots(text) for key, text in model.items()}
        assert [key for key, text in texts.items() if not text] == []
    assert len(forms(words.rescue, code)) == 5


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_was_left_in_english(code: str) -> None:
    def alike(words: Mapping[str, Text], english: Mapping[str, Text]) -> list[str]:
        return [key for key, text in words.items() if text == english[key]]

    assert alike(WORDS[code].words, WORDS["en"].words) == []
    assert alike(WORDS[code].rescue, WORDS["en"].rescue) == []


def test_only_english_was_read_by_people_who_speak_it() -> None:
    assert [code for code, words in WORDS.items() if words.reviewed] == ["en"]
    assert sorted(file.stem for file in CATALOGUES.glob("*.json")) == sorted(WORDS)


def test_every_text_is_used() -> None:
    pages = {name: (ROOT / "templates" / f"{name}.html").read_text() for name in ("app", "guide", "languages", "trust")}
    code = "\n".join([*pages.values(), (ROOT / "eventsync/trust.py").read_text()])
    assert [key for key in WORDS["en"].words if not re.search(rf"\b{key}\b", code)] == []
    files = [ROOT / "templates/rescue.html", *(ROOT / "static/rescue").glob("*.js")]
    rescue = "\n".join(file.read_text() for file in files)
    used = set(re.findall(r"rescue\.(\w+) |'(\w+)'", rescue))
    assert {key.removeprefix("why_") for key in WORDS["en"].rescue} <= {name for pair in used for name in pair}


def test_script_of_rescue_says_the_same_where_an_older_page_carries_no_words() -> None:
    script, page = ((ROOT / path).read_text() for path in ("static/rescue/rescue.js", "templates/rescue.html"))
    written = script.partition("const SPARE = {\n")[2].partition("};\n")[0]
    spare = ast.literal_eval("{" + re.sub(r"(^  |[{,] )(\w+): ", r"\1'\2': ", written, flags=re.MULTILINE) + "}")
    assert spare == {key: text for key, text in WORDS["en"].rescue.items() if f"rescue.{key} " not in page}


PAGES = ["/rescue", "/guide/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("asked", "preferred", "code"),
    [
        ("", "", "en"),
        ("", "de-DE,fi-FI;q=0.8,es;q=0.5", "fi"),
        ("", "ar", "ar"),
        ("?lang=es", "ar", "es"),
        ("?lang=xx", "fi", "fi"),
    ],
)
def test_page_is_in_the_language_that_is_asked_for(
    db: None, client: Client, page: str, asked: str, preferred: str, code: str
) -> None:
    answer = client.get(page + asked, headers={"Accept-Language": preferred})
    said = answer.content.decode()
    words: Words = WORDS[code]
    assert f'<html lang="{code}" dir="{words.dir}">' in said
    assert f">{words.rescue['title'] if page == '/rescue' else words.words['guide_title']}</title>" in said
    assert (answer["Content-Language"], answer["Vary"]) == (code, "Accept-Language")
