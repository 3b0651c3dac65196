"""The style sheet of the pages for families: nothing of left and right, for Arabic, and nothing that moves."""

import re
from pathlib import Path

from eventsync.schedule.pages.settings import CHOICES

STYLES = (Path(__file__).parents[3] / "static" / "schedule" / "schedule.css").read_text(encoding="utf-8")


def test_styles_know_no_left_and_right_and_nothing_that_moves():
    declared = re.findall(r"^\s*([\w-]+):\s*(.+);$", STYLES, re.MULTILINE)
    assert len(declared) > 100
    physical = re.compile(r"\b(left|right|top|bottom|width|height)\b")
    named = [name for name, _ in declared if physical.search(name) and name not in {"line-height", "stroke-width"}]
    valued = [value for _, value in declared if re.search(r"\b(left|right)\b", value)]
    assert (named, valued) == ([], [])
    assert re.findall(r"animation|transition|@keyframes|italic|justify;|uppercase|hyphens", STYLES) == []


def test_dark_is_the_same_whether_the_phone_or_its_owner_says_so():
    rules = re.findall(r"(\S+) {\n(?:  color-scheme: dark;\n)?((?: +--[\w-]+: #\w+;\n)+)", STYLES)
    palettes = {selector: re.findall(r"(--[\w-]+): (#\w+);", colours) for selector, colours in rules}
    phone, chosen = ":root:where(:not([data-settings*='colours:']))", "[data-settings~='colours:dark']"
    assert palettes[phone] == palettes[chosen]
    assert [name for name, _ in palettes["[data-settings~='colours:contrast']"]] == [
        name for name, _ in palettes[chosen]
    ]


def test_every_choice_is_in_the_style_sheet():
    said = {f"{name}:{value}" for name, values in CHOICES.items() for value in values}
    assert set(re.findall(r"\[data-settings~='([\w:]+)'\]", STYLES)) == said
