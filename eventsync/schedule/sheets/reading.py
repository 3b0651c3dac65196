"""A sheet becomes incoming activities; what cannot be read is said by row and column."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import TextChoices

from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.models import Event, Intent, Priority
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.plan.incoming import Incoming, Problem
from eventsync.schedule.plan.incoming.values import Wrong
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.sheets.columns import sort_of, text_column
from eventsync.schedule.sheets.moments import day_in, moment_in
from eventsync.schedule.sheets.writing import split_groups
from eventsync.tables import TableError, read_table
from eventsync.tables.cells import ERRORS

T = TypeVar("T")


@dataclass(slots=True)
class Row:
    """The cells of one row by their column, and what is wrong with them so far."""

    number: int
    said: Mapping[str, str]
    labels: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def take(self, column: str, read: Callable[[str], T]) -> T | None:
        """None if the file has no such column, or if its cell is wrong, which is noted."""
        if column not in self.labels:
            return None
        cell = self.said[column]
        try:
            return read(_sound(cell))
        except Wrong as why:
            self.wrong(column, str(why))
            return None

    def wrong(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(f"Row {self.number}, {self.labels[column]}", sentence))


def read(event: Event, name: str, content: bytes) -> Content:
    """FileError: a sentence, when the file cannot be read at all."""
    try:
        table = read_table(name, content, sort_of(event))
    except TableError as error:
        raise FileError(str(error)) from error
    overlong = [Problem(f"Row {row}", "The row has more cells than the header.") for row in table.overlong]
    sheet = Content(problems=overlong, remarks=list(table.remarks))
    for row, values in table.rows:
        one = Row(row, dict(zip(table.fields, values, strict=True)), table.labels)
        said = _incoming(one, event)
        sheet.problems.extend(one.problems)
        sheet.items.extend([] if one.problems else [said])
    return sheet


def _incoming(row: Row, event: Event) -> Incoming:
    start, end = _times(row, ZoneInfo(event.tz))
    own: dict[str, Any] = {name: row.take(name, str) for name in (*TEXTS, "number", "place", "venue", "symbol")}
    return Incoming(
        where=f"Row {row.number}",
        id=row.take("id", _id),
        start=start,
        end=end,
        groups=row.take("groups", split_groups),
        status=row.take("status", lambda cell: _choice(Intent, cell)),
        priority=row.take("class", lambda cell: _choice(Priority, cell)),
        buffer=row.take("buffer", _minutes),
        texts=_texts(row, event),
        **own,
    )


def _texts(row: Row, event: Event) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES.keys() - {event.language}:
        said = {name: row.take(text_column(name, language, event), str) for name in TEXTS}
        found[language] = {name: text for name, text in said.items() if text is not None}
    return {language: texts for language, texts in found.items() if texts}


def _times(row: Row, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """It ends on the day on which it begins, if the row says no other."""
    day = row.take("date", lambda cell: day_in(_filled(cell)))
    last = row.take("end date", day_in) if row.said.get("end date", "").strip() else day
    start = row.take("start", lambda cell: moment_in(day, _filled(cell), zone)) if day else None
    end = row.take("end", lambda cell: moment_in(last, _filled(cell), zone)) if last else None
    if start and end and end <= start:
        row.wrong("end", "It ends before it begins. If that is on another day, write it in a column “end date”.")
    return start, end


def _sound(cell: str) -> str:
    if cell.strip() in ERRORS:
        raise Wrong(f"It holds an error of the spreadsheet, {cell.strip()}.")
    return cell


def _filled(cell: str) -> str:
    if not cell.strip():
        raise Wrong("It is empty.")
    return cell


def _id(cell: str) -> UUID | None:
    try:
        return UUID(cell.strip()) if cell.strip() else None
    except ValueError:
        raise Wrong(f"“{cell.strip()[:100]}” is no id. Leave it as it was given out, or empty for a new one.") from None


def _choice(known: type[TextChoices], cell: str) -> str | None:
    """By its value, or as screens say it; what is empty stays as it is."""
    said = " ".join(cell.split()).casefold()
    words = {str(word).casefold(): value for value, label in known.choices for word in (value, label)}
    return words.get(said, said) or None


def _minutes(cell: str) -> int:
    text = cell.strip() or "0"
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Wrong(f"“{text[:100]}” is no number of minutes.")
    return int(text)
