"""Packs of symbols: a ZIP of drawings, with a manifest that says what each means, who drew them, and the licence.

A pack is taken whole or not at all. Brought again it adds nothing; no symbol that is there is changed by it.
"""

import io
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import msgspec
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction

from eventsync.schedule import drawings
from eventsync.schedule.models import Event, OwnSymbol
from eventsync.schedule.pages.live import told_at_once
from eventsync.schedule.pages.symbols import KEYS, taken
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.rasters import Refused, digest_of

MANIFEST = "pack.json"
MOST, MOST_SYMBOLS, MOST_OF_MANIFEST = 10_000_000, 200, 500_000  # bytes, symbols, bytes
LONGEST_WORD: int = OwnSymbol._meta.get_field("word").max_length or 0
_DAMAGED = "The file is no ZIP, or it is damaged or has a password."


class Drawn(msgspec.Struct, forbid_unknown_fields=True):
    """One symbol of a manifest: the file of its drawing, and its word by language."""

    file: str
    words: dict[str, str]


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    credit: str
    licence: str
    symbols: dict[str, Drawn]
    source: str = ""


class PackRefused(Exception):
    """Why nothing of a pack is taken: sentences, each of which says of what."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass
class Added:
    """`known`: how many the event had already, just so."""

    symbols: list[OwnSymbol] = field(default_factory=list)
    known: int = 0


def add(event: Event, content: bytes) -> Added:
    """All symbols of the pack for this event; PackRefused if one of them cannot be, and then none is."""
    found = list(_read(event, content))
    try:
        with transaction.atomic():
            return _add(event, found)
    except IntegrityError as error:
        raise PackRefused("Somebody else added one of these symbols just now. Bring the pack again.") from error


def _add(event: Event, found: list[OwnSymbol]) -> Added:
    done, problems = Added(), list[str]()
    for row in found:
        if _is_known(row):
            done.known += 1
        elif wrong := list(_wrong(event, row)):
            problems += [f"{row.key}: {each}" for each in wrong]
        else:
            row.save(force_insert=True)
            done.symbols.append(row)
    if problems:
        raise PackRefused(*problems)
    told_at_once(event.pk)
    return done


def _is_known(row: OwnSymbol) -> bool:
    said = {name: getattr(row, name) for name in ("key", "digest", "word", "texts", "credit", "source")}
    return OwnSymbol.objects.filter(event=row.event, **said).exists()


def _wrong(event: Event, row: OwnSymbol) -> Iterator[str]:
    if row.key in KEYS:
        yield "There is a symbol of this name already. Choose that one at the activity, and leave it out here."
    try:
        row.full_clean()
    except ValidationError as error:
        for name, said in error.message_dict.items():
            yield " ".join(said if name == NON_FIELD_ERRORS else [f"{name}:", *said])
    if any(len(said["word"]) > LONGEST_WORD for said in row.texts.values()):
        yield f"A word has at most {LONGEST_WORD} characters."
    for language in taken(event, row.words):
        yield f"Another symbol means “{row.words[language]}”. One word has one symbol."


def _read(event: Event, content: bytes) -> Iterator[OwnSymbol]:
    """A row of each, not stored."""
    if len(content) > MOST:
        raise PackRefused(f"The file is too large. A pack has at most {MOST // 1_000_000} MB.")
    package = _opened(content)
    names = {entry.filename: entry for entry in package.infolist()}
    # Whoever packs a folder has its name before each file's.
    where = min((each for each in names if PurePosixPath(each).name == MANIFEST), key=len, default=None)
    if where is None:
        raise PackRefused(f"There is no {MANIFEST} in it, which says what each drawing means.")
    told, problems = _manifest(_content(package, names[where], MOST_OF_MANIFEST)), list[str]()
    for key, drawn in told.symbols.items():
        entry = names.get(str(PurePosixPath(where).parent / drawn.file))
        try:
            yield _row(event, told, key, drawn, _content(package, entry, drawings.LONGEST) if entry else None)
        except Refused as why:
            problems.append(f"{key}: {why}")
    if problems:
        raise PackRefused(*problems)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # a damaged one fails anywhere, with any error
        raise PackRefused(_DAMAGED) from error


def _content(package: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """As much as there is use for: whatever an entry says of itself, no more is unpacked."""
    try:
        with package.open(entry) as file:
            return file.read(most + 1)
    except Exception as error:  # the same
        raise PackRefused(_DAMAGED) from error


def _manifest(content: bytes) -> Manifest:
    if len(content) > MOST_OF_MANIFEST:
        raise PackRefused(f"{MANIFEST} is too large.")
    try:
        told = msgspec.json.decode(content.removeprefix(BOM_UTF8), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackRefused(f"{MANIFEST} cannot be read: {error}.") from error
    if not told.symbols or len(told.symbols) > MOST_SYMBOLS:
        raise PackRefused(f"A pack has 1 to {MOST_SYMBOLS} symbols, this one {len(told.symbols)}.")
    if not (told.credit.strip() and told.licence.strip()):
        raise PackRefused(f"{MANIFEST} does not say who drew them (credit), or under which licence.")
    return told


def _row(event: Event, told: Manifest, key: str, drawn: Drawn, content: bytes | None) -> OwnSymbol:
    words = {language: word.strip() for language, word in drawn.words.items() if word.strip()}
    if event.language not in words:
        raise Refused(f"It has no word in {LANGUAGES[event.language]}, the event's language.")
    if content is None:
        raise Refused(f"There is no file {drawn.file}.")
    made = drawings.cleaned(content)
    return OwnSymbol(
        event=event,
        key=key,
        word=words[event.language],
        texts={each: {"word": words[each]} for each in LANGUAGES if each in words and each != event.language},
        kind=made.kind,
        drawing=made.content,
        digest=digest_of(made.content),
        credit=f"{told.credit.strip()}, {told.licence.strip()}",
        source=told.source,
    )
