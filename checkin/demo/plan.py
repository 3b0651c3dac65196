"""The demo's schedule: two days at three venues, some of it in four languages, released twice."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Activity, Event, Place, Term
from eventsync.schedule.plan import releasing

BY = "Demo"
_TOLD_BEFORE = timedelta(hours=20)

_PLACES: dict[str, dict[str, Any]] = {
    "arena/Running track": {
        "directions": "Go in by the big glass door.\nGo past the yellow desk.\nThe track is in front of you.",
        "noise": "loud", "crowd": "many", "light": "bright", "step_free": "yes", "toilet": "yes", "quiet_room": "yes",
        "quiet_directions": "Go back to the yellow desk.\nThe quiet room is behind the green door.",
        "texts": {
            "fi": {"name": "Juoksurata", "directions": "Mene sisään isosta lasiovesta.\nMene keltaisen tiskin ohi."},
            "es": {"name": "Pista", "directions": "Entra por la puerta grande de cristal.\nPasa la mesa amarilla."},
            "ar": {"name": "مضمار الجري", "directions": "ادخل من الباب الزجاجي الكبير.\nمرّ بجانب المكتب الأصفر."},
        },
    },
    "arena/Stage": {
        "directions": "Go in by the big glass door.\nTurn left at the yellow desk.",
        "noise": "loud", "crowd": "many", "light": "flashing", "step_free": "no", "toilet": "yes", "quiet_room": "yes",
        "quiet_directions": "Go back to the yellow desk.\nThe quiet room is behind the green door.",
        "texts": {"fi": {"name": "Lava"}, "es": {"name": "Escenario"}, "ar": {"name": "المسرح"}},
    },
    "pool/Large pool": {
        "directions": "Go in by the blue door.\nGo down the stairs, or take the lift.\nFollow the fish on the floor.",
        "noise": "loud", "crowd": "some", "light": "bright", "step_free": "yes", "toilet": "no", "quiet_room": "no",
        "texts": {"fi": {"name": "Iso allas"}, "es": {"name": "Piscina grande"}, "ar": {"name": "المسبح الكبير"}},
    },
    "pool/Small pool": {},
    "village/Dining hall": {
        "directions": "Go to the red house.\nThe door is on the side of the lake.",
        "noise": "some", "crowd": "many",
        "texts": {"fi": {"name": "Ruokasali"}, "es": {"name": "Comedor"}, "ar": {"name": "قاعة الطعام"}},
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """An activity of day 0 or 1, in local time."""

    place: str
    day: int
    start: time
    minutes: int
    title: str
    sentence: str
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    symbol: str = ""
    priority: str = "important"


_NORTH = ("Denmark", "Finland", "Norway", "Sweden")
_BREAKFAST = _Planned(
    place="village/Dining hall", day=0, start=time(8), minutes=60, symbol="food", priority="core",
    title="Breakfast", sentence="There is bread, porridge, fruit and tea.",
    texts={
        "fi": {"title": "Aamiainen", "sentence": "Tarjolla on leipää, puuroa, hedelmiä ja teetä."},
        "es": {"title": "Desayuno", "sentence": "Hay pan, avena, fruta y té."},
        "ar": {"title": "الفطور", "sentence": "يوجد خبز وعصيدة وفاكهة وشاي."},
    },
)  # fmt: skip
_ACTIVITIES = {
    "breakfast": _BREAKFAST,
    "opening": _Planned(
        place="arena/Stage", day=0, start=time(10), minutes=60, symbol="stage", priority="core",
        title="Opening", sentence="All teams walk in. There is music.",
        texts={
            "fi": {"title": "Avajaiset", "sentence": "Kaikki joukkueet kävelevät sisään. Musiikki soi."},
            "es": {"title": "Inauguración", "sentence": "Entran todos los equipos. Hay música."},
            "ar": {"title": "الافتتاح", "sentence": "تدخل كل الفرق. توجد موسيقى."},
        },
    ),
    "run-north": _Planned(
        place="arena/Running track", day=0, start=time(13), minutes=60, symbol="run", groups=_NORTH,
        title="100 metres, first group", sentence="Eight people run at a time.",
        texts={
            "fi": {"title": "100 metriä, ensimmäinen ryhmä", "sentence": "Kahdeksan ihmistä juoksee kerrallaan."},
            "es": {"title": "100 metros, primer grupo", "sentence": "Corren ocho personas a la vez."},
            "ar": {"title": "100 متر، المجموعة الأولى", "sentence": "يركض ثمانية أشخاص معًا."},
        },
    ),
    "run-others": _Planned(
        place="arena/Running track", day=0, start=time(14, 15), minutes=60, symbol="run",
        groups=("Brazil", "Spain"), title="100 metres, second group", sentence="Eight people run at a time.",
    ),
    "swim": _Planned(
        place="pool/Large pool", day=0, start=time(15), minutes=90, symbol="swim", groups=("Finland", "Spain"),
        title="Swimming", sentence="People swim 25 metres.",
        texts={
            "fi": {"title": "Uinti", "sentence": "Uidaan 25 metriä."},
            "es": {"title": "Natación", "sentence": "Se nadan 25 metros."},
            "ar": {"title": "السباحة", "sentence": "يسبح الناس 25 مترًا."},
        },
    ),
    "water-games": _Planned(
        place="pool/Small pool", day=0, start=time(17), minutes=45, symbol="swim", priority="droppable",
        title="Water games", sentence="You can play in the water. You need no ticket.",
    ),
    "breakfast-2": replace(_BREAKFAST, day=1),
    "relay": _Planned(
        place="arena/Running track", day=1, start=time(10), minutes=90, symbol="run", groups=_NORTH,
        title="Relay", sentence="Four people run, one after the other.",
    ),
    "relay-swim": _Planned(
        place="pool/Large pool", day=1, start=time(13), minutes=60, symbol="swim", groups=("Brazil", "Spain"),
        title="Swimming relay", sentence="Four people swim, one after the other.",
    ),
    "party": _Planned(
        place="arena/Stage", day=1, start=time(18), minutes=120, symbol="music",
        title="Party", sentence="There is music. You can dance.",
        texts={
            "fi": {"title": "Juhla", "sentence": "Musiikki soi. Voit tanssia."},
            "es": {"title": "Fiesta", "sentence": "Hay música. Puedes bailar."},
            "ar": {"title": "الحفلة", "sentence": "توجد موسيقى. يمكنك أن ترقص."},
        },
    ),
}  # fmt: skip

_WORDS: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "Porridge": (
        "A warm food of milk and grain.",
        {
            "fi": {"word": "Puuro", "meaning": "Lämmin ruoka maidosta ja viljasta."},
            "es": {"word": "Avena", "meaning": "Una comida caliente de leche y cereal."},
            "ar": {"word": "عصيدة", "meaning": "طعام دافئ من الحليب والحبوب."},
        },
    ),
    "Relay": (
        "People of one team go one after the other.",
        {
            "fi": {"word": "Viesti", "meaning": "Saman joukkueen ihmiset lähtevät yksi kerrallaan."},
            "es": {"word": "Relevos", "meaning": "Las personas de un equipo salen una después de otra."},
            "ar": {"word": "سباق التتابع", "meaning": "ينطلق أفراد الفريق واحدًا بعد الآخر."},
        },
    ),
}


def plan_demo(event: Event, *, now: datetime) -> None:
    """Places, activities and words of the demo, told a day before; then one is cancelled and one has moved."""
    venues = {venue.slug: venue for venue in event.venues.all()}
    places = {
        key: Place.objects.create(id=_id(event, key), venue=venues[key.split("/")[0]], name=key.split("/")[1], **made)
        for key, made in _PLACES.items()
    }
    for key, planned in _ACTIVITIES.items():
        _activity(event, key, planned, places[planned.place]).save(force_insert=True)
    for word, (meaning, texts) in _WORDS.items():
        Term.objects.create(id=_id(event, f"word/{word}"), event=event, word=word, meaning=meaning, texts=texts)
    _release(event, {"en": "The plan is ready."}, now=now - _TOLD_BEFORE)
    _cancel(event)
    _move(event, places["pool/Small pool"])
    _release(
        event,
        {"en": "Water games are cancelled. Swimming moves.", "fi": "Vesileikit on peruttu. Uinti siirtyy."},
        now=now,
    )


def _id(event: Event, name: str) -> uuid.UUID:
    return uuid.uuid5(event.id, name)


def _activity(event: Event, key: str, planned: _Planned, place: Place) -> Activity:
    start = _moment(event.first_day + timedelta(days=planned.day), planned.start, event.tz)
    return Activity(
        id=_id(event, f"activity/{key}"), event=event, place=place, number=key, title=planned.title,
        sentence=planned.sentence, texts=planned.texts, symbol=planned.symbol, groups=list(planned.groups),
        priority=planned.priority, start=start, end=start + timedelta(minutes=planned.minutes), buffer=10,
    )  # fmt: skip


def _moment(day: date, at: time, tz: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(tz))


def _cancel(event: Event) -> None:
    note = "The water is too cold. You can go to the arena instead."
    Activity.objects.filter(event=event, number="water-games").update(status="cancelled", note=note)


def _move(event: Event, place: Place) -> None:
    swim = Activity.objects.get(event=event, number="swim")
    later = timedelta(minutes=30)
    swim.start, swim.end, swim.place = swim.start + later, swim.end + later, place
    swim.note = "The large pool needs cleaning."
    notes = {
        "fi": "Iso allas pitää puhdistaa.",
        "es": "Hay que limpiar la piscina grande.",
        "ar": "يجب تنظيف المسبح الكبير.",
    }
    swim.texts = {language: said | {"note": notes[language]} for language, said in swim.texts.items()}
    swim.save(update_fields=["start", "end", "place", "note", "texts"])


def _release(event: Event, comment: dict[str, str], *, now: datetime) -> None:
    releasing.release(event=event, comment=comment, seen=releasing.preview(event).seen, by=BY, now=now)
