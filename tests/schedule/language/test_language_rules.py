"""What is hard to read, and what to write instead; in which languages each rule looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsync.schedule.language.patterns import plain
from eventsync.schedule.language.rules import Finding, Kind, Known, findings
from eventsync.schedule.language.synonyms import SYNONYMS
from eventsync.schedule.language.vocabulary import common_words
from eventsync.schedule.plan.rules import LANGUAGES


def found(text: str, language: str = "en", **known) -> list[tuple[str, str, bool]]:
    said = findings(text, field="note", language=language, known=Known(**known))
    return [(each.kind.value, each.words, each.hard) for each in said]


def counted(number: int) -> str:
    return " ".join(["word"] * number) + "."


def test_finding_says_where_what_and_what_to_do_instead():
    assert findings("The venue is there.", field="sentence", language="en") == [
        Finding(kind=Kind.SYNONYM, field="sentence", language="en", words="venue", instead="Write “place”.", hard=True),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("number", "kinds"), [(12, []), (13, [False]), (15, [False]), (16, [True])])
def test_sentence_is_good_up_to_12_words_and_hard_beyond_15(language, number, kinds):
    text = f"{counted(12)} {counted(number)}\n{counted(number)}"  # the same sentence again is said once
    assert [hard for _, _, hard in found(text, language)] == kinds


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "VENUES, website, in order\xa0to. Via it.", [("VENUES", True), ("in order to", False), ("Via", False)]),
        ("en", "Please note: bring a ball, etc.", [("Please note", False), ("etc", False)]),
        ("es", "La sede y los recintos. La sesión.", [("sede", False), ("recintos", False), ("sesión", False)]),
        ("es", "La sesio\u0301n.", [("sesión", False)]),
        ("fi", "Sijainnista ja tapahtumapaikalla.", [("Sijainnista", False), ("tapahtumapaikalla", False)]),
        ("ar", "اذهب إلى المَوْقِع وللجلسات. موقعي.", [("الموقع", False), ("وللجلسات", False)]),
    ],
)  # fmt: skip
def test_other_words_for_one_thing_are_found_in_their_forms_and_are_hard_where_somebody_checked_the_list(
    language, text, expected
):
    said = [(words, hard) for kind, words, hard in found(text, language) if kind == "synonym"]
    assert said == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREE FOOD NOW", [("FREE FOOD NOW", True)]),
        ("Bring a TOWEL to the DJ in hall II, U18.", [("TOWEL", True), ("DJ", False)]),
        ("I am in hall A at 10 AM.", [("AM", False)]),
        ("SWIM", [("SWIM", False)]),
        ("Swim", []),
    ],
)
def test_capitals_are_hard_where_they_shout_and_abbreviations_are_asked_for_in_full(text, expected):
    assert [(words, hard) for kind, words, hard in found(text) if kind == "capitals"] == expected


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Do not go in if you have not eaten.", True),
        ("en", "You cannot swim without a cap.", True),
        ("en", "It isn’t impossible.", True),
        ("en", "No, you need no ticket. Do not wait.", False),
        ("en", "You do not need to do anything.", False),
        ("es", "No hay nada.", False),
        ("es", "No entres sin gorro.", True),
        ("fi", "Et voi uida ilman lakkia.", True),
        ("fi", "Ei, et tarvitse lippua.", False),
        ("ar", "لا تدخل بدون قبعة.", True),
        ("ar", "لا تحتاج إلى شيء.", False),
    ],
)
def test_two_negations_in_one_sentence_are_told(language, text, said):
    assert [kind for kind, _, hard in found(text, language) if not hard] == ["negations"] * said


def test_exclamation_marks_are_hard():
    assert found("Come in! ¡Ven! Sit.") == [("exclamation", "Come in!", True), ("exclamation", "¡Ven!", True)]


def test_rare_words_are_told_in_english_but_not_names_forms_and_british_spelling():
    common = frozenset({"the", "color", "swim", "carry", "go", "organize", "meter", "cancel", "we", "in"})
    text = "The colours: we go swimming in Jyväskylä. Carried metres, organised. Cancelled jogging in Lahti. Boccia."
    assert [words for kind, words, _ in found(text, common=common)] == ["jogging", "Boccia"]
    assert found("Boccia. Helsinki.", common=common, names=frozenset({"helsinki", "boccia"})) == []
    assert found("Sitten bocciaa.", "fi", common=common) == []
    assert found("The venue.", common=common) == [("synonym", "venue", True)]


def test_words_of_the_event_are_allowed_with_their_endings():
    terms = {"en": frozenset({"Boccia", "Session bar", "VIP", "Yahoo!"}), "fi": frozenset({"sessio"})}
    text = "Boccias are in the session bar. The VIPs say Yahoo! The session."
    assert found(text, terms=terms, common=frozenset({"are", "the", "say"})) == [("synonym", "session", True)]
    assert found("Sessiossa. Aikataulu.", "fi", terms=terms) == [("synonym", "Aikataulu", False)]
    assert found("The venue.", terms={"en": frozenset({"\u200f", "", "(a"})}) == [("synonym", "venue", True)]


def test_everyday_words_are_thousands_and_those_of_our_pages_are_among_them():
    common = common_words()
    assert {"breakfast", "swimming", "cancelled", "quiet"} <= common
    assert {"accreditation", "porridge", "wristband"}.isdisjoint(common)
    assert 5_000 <= len(common) < 5_100


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_written_instead_has_no_finding_itself(language):
    instead = [each.instead for each in SYNONYMS[language] if each.instead]
    assert [text for text in instead if found(text, language)] == []


@given(st.text(max_size=200), st.sampled_from([*LANGUAGES]))
def test_any_text_has_findings_that_stand_in_it(text, language):
    """As it is written plainly, in which some letters have another shape and spaces are one."""
    seen = " ".join(plain(text).split())
    for each in findings(text, field="note", language=language, known=Known(common=frozenset({"a"}))):
        assert " ".join(plain(each.words).split()) in seen
        assert each.instead
