"""The catalogues of the pages for families: complete, in plain words, with the same things to fill in."""

import re

import pytest

from eventsync.schedule.pages.words import WORDS, Words

LONGEST = 12  # words of a sentence
HOURS = {"time", "hour"}  # of 24 hours or of 12
BANNED = {
    "en": {"venue", "location", "site", "session", "please note", "urgent", "schedule"},
    "es": {"sede", "recinto", "sesión", "ubicación", "urgente"},
    "fi": {"sijainti", "tapahtumapaikka", "istunto", "kiireellinen"},
    "ar": {"موقع", "جلسة", "عاجل"},
}


def filled_in(words: Words) -> dict[str, list[str]]:
    return {key: sorted(re.findall(r"{\w+}", said)) for key, said in words.said.items() if key not in HOURS}


@pytest.mark.parametrize("language", WORDS)
def test_catalogue_is_complete(language):
    words, english = WORDS[language], WORDS["en"]
    assert filled_in(words) == filled_in(english)
    assert (len(words.weekdays), len(set(words.weekdays)), len(words.months), len(set(words.months))) == (7, 7, 12, 12)
    assert [key for key, said in words.said.items() if not said and key not in {"am", "pm"}] == []


@pytest.mark.parametrize("language", WORDS)
def test_sentences_are_short_calm_and_of_the_words_that_families_know(language):
    said = WORDS[language].said.values()
    sentences = [sentence for text in said for sentence in re.split(r"[.:!؟?]\s*", text)]
    assert [sentence for sentence in sentences if len(sentence.split()) > LONGEST] == []
    assert [text for text in said for word in BANNED[language] if word in text.lower()] == []
    assert [text for text in said if "!" in text or text.isupper()] == []


def test_only_english_was_read_by_people_who_speak_it():
    assert [code for code, words in WORDS.items() if words.reviewed] == ["en"]
