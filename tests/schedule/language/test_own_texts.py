"""What we tell families ourselves is in plain language: our pages, in all languages, the kiosk, and the demo."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template.loader import get_template

from checkin.demo.event import load_demo
from eventsync.schedule.language import telling
from eventsync.schedule.language.checking import known
from eventsync.schedule.language.rules import Finding, Known, findings
from eventsync.schedule.language.vocabulary import common_words
from eventsync.schedule.models import Event, Release, Revision, Term
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan import freezing
from eventsync.schedule.plan.rules import Told, ToldPlace
from notifications.pages.words import WORDS as MESSAGES

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(
    f"{folder}/{path.name}"
    for folder in ("schedule", "notices")
    for path in (ROOT / "templates" / folder).glob("*.html")
)
APP = ROOT / "frontend" / "src" / "words"


def kiosk(language: str) -> dict[str, str]:
    """What people read at a kiosk who check themselves in; English is a script of one text a line."""
    if language == "en":
        said = dict(re.findall(r"'(kiosk\.\w+)': '(.+)',", (APP / "en" / "kiosk.ts").read_text(encoding="utf-8")))
    else:
        said = json.loads((APP / f"{language}.json").read_text(encoding="utf-8"))["words"]
    return {key: text for key, text in said.items() if key.startswith("kiosk.")}


@pytest.mark.parametrize("language", WORDS)
def test_pages_for_families_and_the_kiosk_have_no_hard_text_and_pages_nothing_to_mend(language):
    everywhere = Known(common=common_words())
    said = [*WORDS[language].said.items(), *MESSAGES[language].items()]
    found = [each for key, text in said for each in findings(text, field=key, language=language, known=everywhere)]
    assert found == []
    texts = kiosk(language)
    assert len(texts) == len(kiosk("en")) > 5
    found = [each for key, text in texts.items() for each in findings(text, field=key, language=language)]
    assert [each for each in found if each.hard] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_say_nothing_that_is_in_no_catalogue(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    get_template(name)
    bare = re.sub(r"{%.*?%}|{{.*?}}", " ", source)
    said = re.sub(r"<[^>]*>", " ", bare)
    labels = re.findall(r'\s(?:aria-label|alt|title|placeholder)="([^"]*)"', bare)
    assert re.findall(r"[^\W\d_]+", said + " ".join(labels)) == []


def of(event: Event) -> Iterator[Finding]:
    knows = known(event)
    for row in Revision.objects.order_by("number"):
        told: list[Told | ToldPlace] = [*freezing.read([row], Told).values(), *freezing.read([row], ToldPlace).values()]
        for each in told:
            yield from telling.anew(each, None, knows)
    for release in Release.objects.all():
        for language, text in release.comment.items():
            yield from findings(text, field="comment", language=language, known=knows)
    for term in Term.objects.all():
        for language, text in [("en", term.meaning), *((key, each["meaning"]) for key, each in term.texts.items())]:
            yield from findings(text, field="meaning", language=language, known=knows)


def test_demo_is_in_plain_language(db):
    assert list(of(load_demo(people=1, now=datetime(2026, 7, 4, 8, tzinfo=UTC)))) == []
    assert Term.objects.count() == 2
