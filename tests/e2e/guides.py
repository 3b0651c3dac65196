"""The pictures of the volunteers' guides: the same screens, in the language of each guide."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.looks import speak

# “in-360-light-fi.png”; those without a language are English, and taken anyway.
SHOWN = re.compile(r"screenshots/([\w-]+)-360-light-(\w\w)\.png")


def languages_of(screen: str, docs: Path) -> list[str]:
    """The languages, other than English, whose guide shows this screen."""
    found = [
        each for guide in docs.glob("door-guide.*.md") for each in SHOWN.findall(guide.read_text(encoding="utf-8"))
    ]
    return sorted(language for name, language in found if name == screen)


def take_for_guides(page: Page, screen: str, docs: Path, take: Callable[[str], None]) -> None:
    """Calls `take` with each language that a guide shows this screen in, while the page speaks it."""
    for language in languages_of(screen, docs):
        speak(page, language)
        take(language)
        speak(page, "en")
