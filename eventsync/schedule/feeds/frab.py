"""The plan as frab's `schedule.xml`, which conference apps read (c3voc's schema of it)."""

from xml.etree import ElementTree as ET  # only written here

from django.conf import settings

from eventsync.schedule.feeds.conference import GENERATOR, TIMESLOT, Conference, Day, conference, duration
from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.plan.rules import Told

_LONGEST = "99:59"  # that the schema allows


def schedule_xml(reader: Reader) -> str:
    what = conference(reader)
    root = ET.Element("schedule")
    ET.SubElement(root, "generator", name=GENERATOR, version=settings.VERSION)
    ET.SubElement(root, "url").text = reader.page("frab")
    ET.SubElement(root, "version").text = what.version
    _conference(root, what)
    for day in what.days:
        _day(root, day, what)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _conference(root: ET.Element, what: Conference) -> None:
    days = what.days
    _texts(
        ET.SubElement(root, "conference"),
        title=what.reader.name,
        acronym=what.acronym,
        start=days[0].date.isoformat(),
        end=days[-1].date.isoformat(),
        days=str(len(days)),
        timeslot_duration=TIMESLOT,
        base_url=settings.BASE_URL,
        url=what.reader.page("now"),
        time_zone_name=what.reader.visit.event.tz,
    )
    for name in what.tracks:
        ET.SubElement(root[-1], "track", name=name)


def _day(root: ET.Element, day: Day, what: Conference) -> None:
    start, end = day.start.isoformat(), day.end.isoformat()
    made = ET.SubElement(root, "day", index=str(day.index), date=day.date.isoformat(), start=start, end=end)
    guids = {name: key for key, name in what.rooms.items()}
    for name, activities in day.rooms.items():
        room = ET.SubElement(made, "room", name=name)
        if name in guids:
            room.set("guid", guids[name])
        for told in activities:
            _event(room, name, told, what)


def _event(parent: ET.Element, room: str, told: Told, what: Conference) -> None:
    made, start = (
        ET.SubElement(parent, "event", guid=told.id, id=str(what.numbers[told.id])),
        what.reader.local(told.start),
    )
    length = duration(told)
    _texts(
        made,
        room=room,
        title=what.reader.title(told),
        type="other",
        date=start.isoformat(),
        start=f"{start:%H:%M}",
        duration=length if len(length) <= len(_LONGEST) else _LONGEST,
        slug=what.slug(told),
        track=what.track(told),
        language=what.language(told),
        url=what.reader.address(told),
        **what.texts(told),
    )
    people = ET.SubElement(made, "persons")
    for group in what.reader.groups(told):
        ET.SubElement(people, "person").text = group


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
