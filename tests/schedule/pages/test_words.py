"""The catalogues of the pages for families: complete, in plain words, with the same things to fill in."""

import re

import pytest

from eventsync.schedule.pages.words import WORDS, Words


def filled_in(words: Words) -> dict[str, list[str]]:
    return {key: sorted(re.findall(r"{\w+}", said)) for key, said in words.said.items()}


@pytest.mark.parametrize("language", WORDS)
def test_catalogue_is_complete(language):
    words, english = WORDS[language], WORDS["en"]
    assert filled_in(words) == filled_in(english)
    assert (len(words.weekdays), len(set(words.weekdays)), len(words.months), len(set(words.months))) == (7, 7, 12, 12)
    assert [key for key, said in words.said.items() if not said] == []


def test_only_english_was_read_by_people_who_speak_it():
    assert [code for code, words in WORDS.items() if words.reviewed] == ["en"]
