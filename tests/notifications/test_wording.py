"""What may stand on a lock screen, in each language: N1 and N2 of our list for families."""

import pytest

from eventsync.schedule.language.rules import Known
from eventsync.schedule.language.vocabulary import common_words
from eventsync.schedule.models import Term
from notifications.hand import sending
from notifications.plan import words
from notifications.wording import checking
from notifications.wording.lists import ALARMING, HEALTH
from notifications.wording.names import named, things_of
from notifications.wording.rules import BODY, PLACEHOLDERS, TITLE, Fault, Part, faults, placeholders
from tests.cast import NOON, add_person, make_games
from tests.notifications.writing import LENA, now_of, written
from tests.schedule.plan.plans import make_day


def hard(text: str, language: str = "en", part: Part = Part.BODY, known: Known = Known()) -> list[str]:  # noqa: B008 - frozen
    return [each.words for each in faults(text, part=part, language=language, known=known) if each.hard]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Meet at the gate at 3 pm. Bring your water.", "en", []),
        ("Meet at the gate!", "en", ["Meet at the gate!"]),
        ("¡Ven!", "es", ["¡Ven!"]),
        ("Come NOW to the gate.", "en", ["NOW"]),
        ("The VIP tent has moved.", "en", ["VIP"]),
        ("Go to the venue.", "en", ["venue"]),
        ("Somebody had a seizure at the pool.", "en", ["seizure"]),
        ("This is urgent. Please come.", "en", ["urgent"]),
        ("Alguien está enfermo.", "es", ["enfermo"]),
        ("Es urgente.", "es", ["urgente"]),
        ("Ota lääkkeesi mukaan.", "fi", ["lääkkeesi"]),
        ("Asia on kiireellinen.", "fi", ["kiireellinen"]),
        ("أحضر دواء معك.", "ar", ["دواء"]),
        ("هذا عاجل.", "ar", ["عاجل"]),
        ("The medical tent is at the same place.", "en", []),
        ("Alligators are a team.", "en", []),
        ("a b c d e f g h i j k l m n o p.", "en", ["a b c d e f g h i j k l m n o p."]),
        ("x" * BODY, "en", []),
        ("x" * BODY + "yz", "en", ["yz"]),
        (" ", "en", [""]),
    ],
)
def test_text_is_calm_and_says_nothing_of_anybody(text, language, found):
    assert hard(text, language) == found


def test_title_is_shorter():
    assert hard("x" * TITLE, part=Part.TITLE) == []
    assert faults("x" * (TITLE + 2), part=Part.TITLE, language="en") == [
        Fault("xx", "A title has at most 40 characters, or phones cut it off. Take 2 away.")
    ]


def test_event_s_own_words_are_no_fault():
    own = Known(terms={"en": frozenset({"VIP", "Attention band"})})
    assert hard("The VIP tent. The Attention band plays.", known=own) == []


@pytest.mark.parametrize("lists", [HEALTH, ALARMING])
@pytest.mark.parametrize("language", sorted(words.TEMPLATES))
def test_each_listed_word_is_found(lists, language):
    for each in lists[language].split(","):
        said = each.strip().replace("*", "")
        assert hard(f"{said} x", language), said


@pytest.mark.parametrize("language", sorted(words.TEMPLATES))
def test_plan_s_own_sentences_have_a_fixed_order(language):
    """What; then when, where and what to do: N1."""
    templates = words.TEMPLATES[language]
    for each in (templates.one, templates.held):  # of several changes what it is stands in the text
        assert [each.title.index(f"{{{name}}}") for name in ("activity", "what")] == sorted(
            each.title.index(f"{{{name}}}") for name in ("activity", "what")
        )
        assert each.body.index("{when}") < each.body.index("{place}") < len(each.body) - 1
    assert templates.one.body.index("{place}") < templates.one.body.index("{todo}")
    several = [templates.several.body.index(f"{{{name}}}") for name in ("activity", "what", "when", "place", "todo")]
    assert several == sorted(several)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{activity}: {day}, {time}. {place}. {group} {number}", []),
        ("{name} is lost", ["{name}"]),
        ("{activity.event.people}", ["{activity.event.people}"]),
        ("{number:>9999}", ["{number}"]),
        ("{activity!r}", ["{activity}"]),
        ("{}", ["{}"]),
        ("{activity", ["{activity"]),
        ("}", ["}"]),
    ],
)
def test_templates_have_only_what_is_allowed(text, found):
    assert [each.words for each in placeholders(text)] == found
    assert len(PLACEHOLDERS) == 6


@pytest.fixture
def people(games):
    for number, name in enumerate(("Anna Korhonen", "Mark Field", "Zoë O’Brien", "محمد سعيد", "Paris Hall"), 50):
        add_person(games.event, name=name, number=str(number))
    return games.event


@pytest.mark.parametrize(
    ("text", "language", "surely", "perhaps"),
    [
        ("Please bring Anna to the gate.", "en", ["Anna"], []),
        ("Anna is at the gate.", "en", ["Anna"], []),
        ("Anna Korhonen is at the gate.", "en", ["Anna Korhonen", "Korhonen"], []),
        ("Korhonen Anna is at the gate.", "en", ["Korhonen Anna", "Anna"], []),
        ("Zoe's bag is at the gate.", "en", ["Zoe's"], []),
        ("Mark the day.", "en", [], ["Mark"]),
        ("We ask Mark to come.", "en", ["Mark"], []),
        ("Please mark the day in the field.", "en", [], []),
        ("We meet in the Main hall.", "en", [], []),
        ("Tuo Annan laukku portille.", "fi", ["Annan"], []),
        ("Annalle on postia.", "fi", [], ["Annalle"]),
        ("محمد سعيد عند البوابة.", "ar", ["محمد سعيد"], ["سعيد"]),
        ("نحن عند محمد الآن.", "ar", [], ["محمد"]),
        ("We go to Paris on Saturday.", "en", ["Paris"], []),
    ],
)
def test_names_of_people_on_the_list_are_found(people, text, language, surely, perhaps):
    found = named(text, event=people, language=language, known=Known(common=common_words()), things=things_of(people))
    assert (list(found.surely), list(found.perhaps)) == (surely, [each for each in perhaps if surely == []])


def test_names_of_the_event_s_own_things_are_no_names_of_people(people, games):
    day = make_day(games)
    Term.objects.create(event=people, word="Paris", meaning="A city.")
    type(day.swim).objects.filter(pk=day.swim.pk).update(title="Korhonen cup", groups=["Anna team"])
    text = "Paris, Korhonen and Anna meet at the Deck."
    assert [each for each in checking.lookout(people).look(text, part=Part.BODY, language="en") if each.hard] == []


def test_another_event_s_people_are_nobody_here(people, games):
    camp = make_games("camp", people=0).event
    assert checking.lookout(camp).look("Please bring Anna to the gate.", part=Part.BODY, language="en") == []


def test_what_is_wrong_is_not_sent(people):
    row = written(people, texts={"en": {"title": "Anna is lost", "body": "Please call us."}})
    answer = sending.send(row.pk, version=1, by=LENA, now=NOON)
    assert answer.done is False
    assert answer.told.startswith("Mend this first. English, title: “Anna” Somebody of the list is called that.")
    assert now_of(row).stage == "written"


@pytest.mark.parametrize("people_there", [1, 3])
def test_looking_takes_as_many_queries_however_many_people_there_are(games, people_there, django_assert_num_queries):
    for number in range(people_there):
        add_person(games.event, name="Anna Korhonen", number=f"A{number}")
    with django_assert_num_queries(7):
        assert checking.hard({"en": {"title": "Come", "body": "Please bring Anna to the gate."}}, event=games.event)
