"""Sentences of texts, as people of four languages end them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsync.schedule.language.sentences import sentences, words
from eventsync.schedule.plan.rules import LANGUAGES

# What decides where a sentence ends, more often than chance would have it.
PIECES = st.sampled_from(
    [".", "…", "!", "؟", "»", "(", " ", "\n", "\u2028", "\xa0", "4", "e.g", "esim", "د", "No", "x"]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Come in. Sit down!  Are you there?", ["Come in.", "Sit down!", "Are you there?"]),
        ("en", "Go past the blue door\n\nTurn left", ["Go past the blue door", "Turn left"]),
        ("en", "It is at 10.30 in hall A. Then you eat.", ["It is at 10.30 in hall A.", "Then you eat."]),
        ("en", "Bring e.g. a cap, etc. Mr. Smith helps.", ["Bring e.g. a cap, etc.", "Mr. Smith helps."]),
        ("en", "Wait… then go. “Go.” He goes.", ["Wait… then go.", "“Go.”", "He goes."]),
        ("en", "Go to bus no. 4. No. Go to bus 5.", ["Go to bus no. 4.", "No.", "Go to bus 5."]),
        ("es", "¡Hola! ¿Vienes? El Sr. Ruiz está aquí.", ["¡Hola!", "¿Vienes?", "El Sr. Ruiz está aquí."]),
        ("fi", "Tule 4. kesäkuuta kello 9.30. Se on 4. 6. ja.", ["Tule 4. kesäkuuta kello 9.30.", "Se on 4. 6. ja."]),
        ("fi", "Ota mukaan esim. pyyhe, uimapuku jne. Uidaan.", ["Ota mukaan esim. pyyhe, uimapuku jne.", "Uidaan."]),
        ("ar", "هل أنت هنا؟ تعال الآن. د. ليلى تساعدك.", ["هل أنت هنا؟", "تعال الآن.", "د. ليلى تساعدك."]),
        ("ar", "", []),
        ("en", " . \n", ["."]),
    ],
)  # fmt: skip
def test_sentences_end_where_they_end(language, text, expected):
    assert sentences(text, language) == expected


@given(TEXTS, st.sampled_from([*LANGUAGES]))
def test_sentences_lose_no_word_and_have_no_sentence_inside(text, language):
    found = sentences(text, language)
    assert " ".join(found).split() == text.split()
    assert [sentences(each, language) for each in found] == [[each] for each in found]
    assert sum(len(words(each)) for each in found) == len(words(text))


def test_words_are_what_has_letters_or_digits():
    assert words("At 10 am – or 2 pm – come in !") == ["At", "10", "am", "or", "2", "pm", "come", "in"]
