"""What is hard to read in what families are told of an activity or a place. Pure."""

from collections.abc import Iterator
from dataclasses import fields

from eventsync.schedule.language.rules import Finding, Known, findings
from eventsync.schedule.plan.rules import PlaceTexts, Texts, Told, ToldPlace


def anew(told: Told | ToldPlace, before: Told | ToldPlace | None, known: Known) -> list[Finding]:
    """In those of its texts that families have not read `before`. Fields as in `Texts` and `PlaceTexts`."""
    old = dict(_texts(before)) if before else {}
    return [
        finding
        for (language, field), text in _texts(told)
        if old.get((language, field)) != text
        for finding in findings(text, field=field, language=language, known=known)
    ]


def _texts(told: Told | ToldPlace) -> Iterator[tuple[tuple[str, str], str]]:
    by_language: dict[str, Texts] | dict[str, PlaceTexts] = told.texts
    for language, texts in by_language.items():
        for each in fields(texts):
            said = getattr(texts, each.name)
            yield (language, each.name), "\n".join(said) if isinstance(said, tuple) else said
