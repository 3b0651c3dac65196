"""What is in a cell: text made comparable, formulas made harmless and back, several codes in one cell."""

import re
import unicodedata
from collections.abc import Iterable

from checkin import rules

# Not whitespace, never visible, and partly forbidden in XML: no part of a name.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]")
# What a spreadsheet may take for a formula, also behind white space; the wide forms too, which some of them treat
# alike. pretix escapes | and %.
_FORMULA = r"\s*[=+\-@|%＝＋－＠]"
_RISKY = re.compile(f"'*{_FORMULA}")
_ESCAPED = re.compile(f"'+{_FORMULA}")
# A code in quotation marks (doubled inside), or a run of anything but separators.
_CODE = re.compile(r'"((?:[^"]|"")+)"(?=[ \t\r\n|]|$)|([^ \t\r\n|]+)')
_NEEDS_QUOTES = re.compile(r'[ \t\r\n|]|^"')
_GROUPED = re.compile(rf"[{rules.CODE_ALPHABET}]{{{rules.CODE_LENGTH}}}")


def clean(text: str) -> str:
    """Text as it is stored and compared: NFC, nothing invisible, single spaces, none at the ends."""
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub(" ", text))
    return " ".join(text.split())


def shows_nothing(text: str) -> bool:
    """Whether a name has no letter, digit or sign at all, such as a lone zero-width space."""
    return all(unicodedata.category(char)[0] in "CZ" for char in text)


def escape(text: str) -> str:
    """Text that no spreadsheet takes for a formula. `unescape` gives back exactly this text."""
    return f"'{text}" if _RISKY.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text


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
