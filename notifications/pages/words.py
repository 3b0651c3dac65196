"""What the page of messages says: a catalogue for each language, as the plan's pages have them."""

import json
from collections.abc import Mapping
from pathlib import Path

from eventsync.schedule.plan.rules import LANGUAGES

CATALOGUES = Path(__file__).parent / "catalogues"


def _read(code: str) -> Mapping[str, str]:
    words: dict[str, str] = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))["words"]
    return words


WORDS = {code: _read(code) for code in LANGUAGES}
