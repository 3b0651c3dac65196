"""What is in a cell: text made comparable, formulas made harmless and back."""

import re
import unicodedata

# Not whitespace, never visible, and partly forbidden in XML: no part of a name.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]")
# What a spreadsheet may take for a formula, also behind white space; the wide forms too, which some of them treat
# alike. pretix escapes | and %.
_FORMULA = r"\s*[=+\-@|%＝＋－＠]"
_RISKY = re.compile(f"'*{_FORMULA}")
_ESCAPED = re.compile(f"'+{_FORMULA}")
ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
"""What a spreadsheet writes where it could not work something out."""


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
