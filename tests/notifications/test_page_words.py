"""The catalogues of the page of messages: complete, with the same things to fill in."""

import re

import pytest

from eventsync.schedule.pages.words import WORDS as PLAN
from notifications.pages.words import WORDS


@pytest.mark.parametrize("language", PLAN)
def test_catalogue_is_complete(language):
    said, english = WORDS[language], WORDS["en"]
    assert {key: sorted(re.findall(r"{\w*}", text)) for key, text in said.items()} == {
        key: sorted(re.findall(r"{\w*}", text)) for key, text in english.items()
    }
    assert [key for key, text in said.items() if not text] == []
