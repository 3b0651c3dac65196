"""Each kind of alert has its section of the runbook, and leads there."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client

from eventsync.jobs.alerts import page_of
from eventsync.jobs.seeing.registry import limits
from notifications.budgets.rules import Level
from tests.desk import alice, charlie

ADDRESS = "/control/runbook/"

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "runbook.md").read_text()


def kinds() -> list[str]:
    """Those that the code raises, and those of limits."""
    found = {each.kind for each in limits} | {each.value for each in Level}
    for path in (each for app in ("eventsync", "checkin", "notifications") for each in (ROOT / app).rglob("*.py")):
        tree = ast.parse(path.read_text())
        named = {ast.unparse(each.targets[0]): each.value for each in tree.body if isinstance(each, ast.Assign)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1].split(")")[0] in {
                "alert",
                "alert_if_possible",
                "database_sync_to_async(alert",
            }:
                given = [named.get(ast.unparse(each.value), each.value) for each in node.keywords if each.arg == "kind"]
                found |= {str(each.value) for each in given if isinstance(each, ast.Constant)}
    return sorted(found)


def test_the_kinds_are_found() -> None:
    assert {"backlog", "dead_letter", "quarantined", "webhook_off", "handler_error", "release_code"} <= set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_of_alert_has_its_section(db: None, kind: str) -> None:
    sections = re.findall(r"^### `([a-z_]+)`$", TEXT, re.MULTILINE)
    assert sections.count(kind) == 1
    section = TEXT.partition(f"\n### `{kind}`\n")[2].partition("\n### ")[0]
    assert re.match(r"\n\*\*[^*]+\.\*\*", section)  # what it means for the day comes first
    assert "\n**Do**" in section
    address, _, anchor = page_of(kind).partition("#")
    assert f'<h3 id="{anchor}">' in alice().get(address).content.decode()


def test_pages_that_it_names_are_links(db: None) -> None:
    assert '<a href="/control/inbox/?kind=record"><code>' in alice().get(ADDRESS).content.decode()


def test_the_runbook_is_for_staff(db: None) -> None:
    staff = charlie()
    asked = [staff.get(ADDRESS), staff.post(ADDRESS), Client().get(ADDRESS)]
    assert [answer.status_code for answer in asked] == [200, 405, 302]
