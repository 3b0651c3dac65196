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


def kinds() -> list[str]:
    """Those that the code raises, and those of limits."""
    found = {each.kind for each in limits} | {each.value for each in Level}
    for path in (each for app in ("eventsync", "checkin", "notifications") for each in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1].split(")")[0] in {
                "alert",
                "alert_if_possible",
                "database_sync_to_async(alert",
            }:
                given = [each.value for each in node.keywords if each.arg == "kind"]
                found |= {str(each.value) for each in given if isinstance(each, ast.Constant)}
    return sorted(found)


def test_the_kinds_are_found() -> None:
    assert {"backlog", "dead_letter", "slow_down", "handler_error", "release_code"} <= set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_of_alert_has_its_section(db: None, kind: str) -> None:
    sections = re.findall(r"^### `([a-z_]+)`$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sections.count(kind) == 1
    address, _, anchor = page_of(kind).partition("#")
    assert f'<h3 id="{anchor}">' in alice().get(address).content.decode()


def test_the_runbook_is_for_staff(db: None) -> None:
    staff = charlie()
    asked = [staff.get(ADDRESS), staff.post(ADDRESS), Client().get(ADDRESS)]
    assert [answer.status_code for answer in asked] == [200, 405, 302]
