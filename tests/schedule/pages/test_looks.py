"""The style sheet of the pages for families: nothing of left and right, for Arabic, and nothing that moves."""

import re
from pathlib import Path

STYLES = (Path(__file__).parents[3] / "static" / "schedule" / "schedule.css").read_text(encoding="utf-8")


def test_styles_know_no_left_and_right_and_nothing_that_moves():
    declared = re.findall(r"^\s*([\w-]+):\s*(.+);$", STYLES, re.MULTILINE)
    assert len(declared) > 100
    physical = re.compile(r"\b(left|right|top|bottom|width|height)\b")
    named = [name for name, _ in declared if physical.search(name) and name not in {"line-height", "stroke-width"}]
    valued = [value for _, value in declared if re.search(r"\b(left|right)\b", value)]
    assert (named, valued) == ([], [])
    assert re.findall(r"animation|transition|@keyframes|italic|justify;|uppercase|hyphens", STYLES) == []
