"""The catalogue of domain events is a contract: facts are as their schemas say; who hears of them says how surely."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsync.jobs import publishing, queue
from eventsync.jobs.catalogue_page import guarantee, page
from eventsync.jobs.events import Fact, JobDone, catalogue
from eventsync.jobs.publishing import subscribe, subscribers_of
from eventsync.jobs.rules import Policy, Priority

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"## `(\w+)`, version (\d+)\n.*?```json\n(.*?)```", re.DOTALL)
OURS = [fact for fact in catalogue.values() if not fact.__module__.startswith("tests.")]


def schemas() -> dict[tuple[str, int], dict[str, Any]]:
    """As people read them."""
    text = (ROOT / "docs/events.md").read_text()
    return {(name, int(version)): json.loads(schema) for name, version, schema in ENTRY.findall(text)}


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: f"{kind.name}-{kind.version}")
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_whatever_is_published_is_as_its_schema_says_and_is_read_again(kind: type[Fact], data: st.DataObject) -> None:
    fact = data.draw(st.from_type(kind).filter(_has_numbers_of_json))
    body = orjson.dumps(fact).decode()
    schema = jsonschema_rs.validator_for(schemas()[kind.name, kind.version])
    assert [str(error) for error in schema.iter_errors(json.loads(body))] == []
    assert msgspec.json.decode(body, type=kind) == fact
    needed = [each.name for each in fields(kind) if each.name not in {"event", "venue"}]
    without = json.loads(body)
    for name in needed:
        del without[name]
    assert schema.is_valid(without) is not bool(needed)


def _has_numbers_of_json(fact: Fact) -> bool:
    numbers = [said for each in fields(fact) if isinstance(said := getattr(fact, each.name), int)]
    return all(abs(each) < 2**53 for each in numbers)


def test_each_subscriber_says_whether_it_must_hear_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((publishing, "_subscribers"), (queue, "_tasks")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setitem(publishing._subscribers, JobDone.name, list(subscribers_of(JobDone.name)))
    subscribe("ledger", JobDone)(lambda fact, row: None)
    subscribe("board", JobDone, Policy(priority=Priority.DROPPABLE))(lambda fact, row: None)
    told = page()
    assert ("`ledger` (guaranteed)" in told, "`board` (best effort)" in told) == (True, True)
    ours = {name for fact in OURS for name in subscribers_of(fact.name)} - {"ledger", "board"}
    assert {name: guarantee(name) for name in ours} == dict.fromkeys(ours, "guaranteed")
