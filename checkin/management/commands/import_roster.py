"""`manage.py import_roster`: takes a roster from a CSV or XLSX file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkin.rosters import Entry, Note, Plan, RosterError, apply_import, plan_import, read_roster
from checkin.rosters.applying import refusal
from eventsync.schedule.models import Event
from eventsync.schedule.queries import NoSuchEvent, event_by_slug

SHOWN = 20


class Command(BaseCommand):
    help = "Imports a roster (our template, or pretix's export of order positions) from a CSV or XLSX file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event's short name")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(**options)
        except (NoSuchEvent, RosterError) as error:
            raise CommandError(str(error)) from None

    def _import(self, *, file: Path, event: str, dry_run: bool, json: bool, **options: Any) -> None:
        found = event_by_slug(event)
        plan = plan_import(found, read_roster(file.name, _content(file), self._progress), self._progress)
        if not json:
            self._show(plan)
        if not dry_run and not plan.problems:
            plan = apply_import(found, plan, self._progress).plan
        if json:
            self.stdout.write(_as_json(found, plan, dry_run=dry_run))
        else:
            self.stdout.write(_summary(plan, dry_run=dry_run))
        if plan.problems:
            raise RosterError(refusal(plan))

    def _progress(self, step: str, rows: int, total: int) -> None:
        self.stderr.write(f"{step} {rows:,} of {total:,} rows" if total else f"{step} {rows:,} rows")

    def _show(self, plan: Plan) -> None:
        for remark in plan.remarks:
            self.stdout.write(remark)
        self._list("error", plan.problems)
        self._list("warning", plan.warnings)
        self._list("skipped", plan.skipped)
        self._list("new", [Note(entry.row, entry.number, entry.name) for entry in plan.new])
        self._list("changed", [Note(entry.row, entry.number, _difference(entry)) for entry in plan.changed])

    def _list(self, kind: str, notes: Sequence[Note]) -> None:
        for note in notes[:SHOWN]:
            place = f"row {note.row}, {note.column}" if note.column else f"row {note.row}"
            self.stdout.write(f"{kind}: {place}: {note.message}")
        if len(notes) > SHOWN:
            self.stdout.write(f"{kind}: and {len(notes) - SHOWN:,} more")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None


def _difference(entry: Entry) -> str:
    return "; ".join(f"{column} “{old}” → “{new}”" for column, (old, new) in entry.columns.items())


def _summary(plan: Plan, *, dry_run: bool) -> str:
    counts = ", ".join(f"{number:,} {word}" for word, number in plan.counts.items() if word not in {"rows", "missing"})
    verdict = "Nothing was imported" if plan.problems else "Nothing was changed (dry run)" if dry_run else "Imported"
    stay = f" {plan.missing:,} on the roster, not in the file: they stay." if plan.missing else ""
    return f"{verdict}: {plan.rows:,} rows ({plan.format}); {counts}.{stay}"


def _as_json(event: Event, plan: Plan, *, dry_run: bool) -> str:
    body = {
        "event": event.slug,
        "format": plan.format,
        **plan.counts,
        "errors": [problem._asdict() for problem in plan.problems],
        "warnings": [warning._asdict() for warning in plan.warnings],
        "dry_run": dry_run,
    }
    return json.dumps(body, ensure_ascii=False)
