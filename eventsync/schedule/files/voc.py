"""Reads c3voc's `schedule.json`, which pretalx writes too."""

from collections.abc import Iterator
from typing import Any

import msgspec

from eventsync.schedule.files.conference import Talk, content_of
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.models import Event
from eventsync.schedule.plan.incoming import MOST, Problem


class _Person(msgspec.Struct):
    name: str | None = None
    public_name: str | None = None


class _Talk(msgspec.Struct):
    guid: str | None = None
    id: int | str | None = None
    title: str | None = None
    subtitle: str | None = None
    abstract: str | None = None
    description: str | None = None
    track: str | None = None
    language: str | None = None
    date: str | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    persons: list[_Person] = []


class _Room(msgspec.Struct):
    name: str = ""
    guid: str | None = None


class _Day(msgspec.Struct):
    date: str = ""
    day_start: str = ""
    rooms: dict[str, list[Any]] = {}


class _Conference(msgspec.Struct):
    days: list[_Day]
    rooms: list[_Room] = []


class _Schedule(msgspec.Struct):
    conference: _Conference


class _Generator(msgspec.Struct):
    name: str = ""


class _File(msgspec.Struct):
    schedule: _Schedule
    generator: _Generator = msgspec.field(default_factory=_Generator)


def read(event: Event, name: str, content: bytes) -> Content:
    try:
        file = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_File)
    except msgspec.ValidationError as error:
        raise FileError(f"{name} is JSON, but no schedule as c3voc and pretalx write it: {error}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f"{name} is no JSON that can be read.") from error
    problems = list[Problem]()
    talks = list(_talks(file, problems))
    if not (talks or problems):
        raise FileError(f"{name} has no activities.")
    found = content_of(event, name, file.generator.name, talks)
    found.problems.extend(problems)
    return found


def _talks(file: _File, problems: list[Problem]) -> Iterator[Talk]:
    guids = {room.name: room.guid or "" for room in file.schedule.conference.rooms}
    listed = [
        (f"Day {number}, {room[:60]}, {place}", day, room, each)
        for number, day in enumerate(file.schedule.conference.days, start=1)
        for room, talks in day.rooms.items()
        for place, each in enumerate(talks, start=1)
    ]
    if len(listed) > MOST:
        problems.append(Problem("File", f"It has {len(listed):,} activities; at most {MOST:,} fit."))
        return
    for where, day, room, each in listed:
        try:
            said = msgspec.convert(each, _Talk)
        except msgspec.ValidationError as error:
            problems.append(Problem(where, f"It cannot be read: {error}."))
            continue
        yield _talk(where, day, room, guids.get(room, ""), said)


def _talk(where: str, day: _Day, room: str, guid: str, said: _Talk) -> Talk:
    texts = {name: getattr(said, name) for name in said.__struct_fields__ if name not in {"id", "persons"}}
    return Talk(
        where=where,
        id=str(said.id or ""),
        room=room,
        room_guid=guid,
        day=day.date,
        day_start=day.day_start,
        persons=[name for each in said.persons if (name := each.name or each.public_name)],
        **{name: text or "" for name, text in texts.items()},
    )
