"""What somebody typed as a payload: whether it can be read, how it is kept, and what is other in it than before."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

MOST = 200_000  # characters, with the spaces that make it readable
AROUND = 3  # lines that stayed, on either side of one that did not
COMPARED = 1_000_000  # pairs of lines: what is longer is told as gone and new as a whole, for comparing takes too long


class Unreadable(ValueError):
    """It cannot be kept as a payload. A sentence for who typed it."""


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"
    GAP = "gap"  # lines that stayed, left out


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what is shown of two payloads."""

    mark: Mark
    text: str


def read(typed: str) -> str:
    """The JSON that was typed, without its spaces and with its order."""
    if len(typed) > MOST:
        raise Unreadable(f"This is too long: it has {len(typed):,} characters, and at most {MOST:,} are taken.")
    try:
        said = json.loads(typed, object_pairs_hook=_once_each, parse_constant=_no_number)
        return _proper(json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    except Unreadable:
        raise
    except json.JSONDecodeError as error:
        raise Unreadable(f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except ValueError as error:
        raise Unreadable("There is a number in it that is too large.") from error
    except RecursionError as error:
        raise Unreadable("This is no payload: there are too many brackets inside one another.") from error


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"“{name[:60]}” is there twice in the same object.")
        found[name] = value
    return found


def _no_number(text: str) -> Any:
    raise Unreadable(f"{text} is no number in JSON.")


def _proper(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unreadable("There is half a character in it (\\ud800 to \\udfff), which cannot be kept.") from error
    return text


def same(one: str, other: str) -> bool:
    """Whether two payloads say the same, however they are written."""
    return _sorted(one, None) == _sorted(other, None)


def spread(text: str) -> str:
    """A payload in lines for people; what is no JSON as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def differences(before: str, after: str) -> list[Line]:
    """What is other, line by line, names in alphabetical order; what stayed is left out where it is far away."""
    old, new = (_sorted(text, 2).splitlines() for text in (before, after))
    return list(_short(list(_compared(old, new))))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if len(old) * len(new) > COMPARED:
        yield from _lines(Mark.GONE, old)
        yield from _lines(Mark.NEW, new)
        return
    for how, *ends in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        before, after = old[ends[0] : ends[1]], new[ends[2] : ends[3]]
        if how == "equal":
            yield from _lines(Mark.SAME, before)
        else:
            yield from _lines(Mark.GONE, before)
            yield from _lines(Mark.NEW, after)


def _lines(mark: Mark, texts: Sequence[str]) -> Iterator[Line]:
    return (Line(mark, each) for each in texts)


def _short(lines: Sequence[Line]) -> Iterator[Line]:
    changed = [number for number, line in enumerate(lines) if line.mark != Mark.SAME]
    near = {number + by for number in changed for by in range(-AROUND, AROUND + 1)}
    left_out = False
    for number, line in enumerate(lines):
        if number in near:
            left_out = False
            yield line
        elif not left_out:
            left_out = True
            yield Line(Mark.GAP, "…")


def _sorted(text: str, indent: int | None) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, indent=indent)
    except ValueError:
        return text
