"""Several codes in one cell, apart and together."""

import re
from collections.abc import Iterable

from checkin import rules

# A code in quotation marks (doubled inside), or a run of anything but separators.
_CODE = re.compile(r'"((?:[^"]|"")+)"(?=[ \t\r\n|]|$)|([^ \t\r\n|]+)')
_NEEDS_QUOTES = re.compile(r'[ \t\r\n|]|^"')
_GROUPED = re.compile(rf"[{rules.CODE_ALPHABET}]{{{rules.CODE_LENGTH}}}")


def split_codes(cell: str) -> list[str]:
    """The codes in one cell. Ours may be typed in groups with spaces; a code with a space of its own is in quotes."""
    return [code for part in _parts(cell) for code in part]


def _parts(cell: str) -> Iterable[list[str]]:
    whole = cell.strip(" \t\r\n")
    if is_ours(whole):
        return [[whole]]
    found = ([quoted.replace('""', '"')] if quoted else [bare] for quoted, bare in _CODE.findall(whole))
    return list(found)


def is_ours(text: str) -> bool:
    return _GROUPED.fullmatch(rules.canonical_code(text)) is not None


def join_codes(codes: Iterable[str]) -> str:
    """One cell of which `split_codes` makes the same codes."""
    return " ".join(_quoted(rules.printed_code(code)) for code in codes)


def _quoted(code: str) -> str:
    return '"' + code.replace('"', '""') + '"' if _NEEDS_QUOTES.search(code) else code
