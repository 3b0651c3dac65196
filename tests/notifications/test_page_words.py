"""The catalogues of the page of messages: complete, with the same things to fill in."""

import re

import pytest

from eventsync.schedule.pages.words import WORDS as PLAN
from notifications.pages.words import WORDS
from notifications.sms.rules import plain, segments


@pytest.mark.parametrize("language", PLAN)
def test_catalogue_is_complete(language):
    said, english = WORDS[language], WORDS["en"]
    assert {key: sorted(re.findall(r"{\w*}", text)) for key, text in said.items()} == {
        key: sorted(re.findall(r"{\w*}", text)) for key, text in english.items()
    }
    assert [key for key, text in said.items() if not text] == []


@pytest.mark.parametrize("language", WORDS)
def test_a_code_is_one_text_message_in_each_language(language):
    said = WORDS[language]["code_text"].format(code="123456")
    assert segments(plain(f"Games\n{said}")) == 1
