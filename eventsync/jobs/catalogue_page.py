"""The catalogue of domain events as a document: what each says, who hears of it, and its JSON Schema."""

import json
from typing import Any

import msgspec

from eventsync.jobs.events import Fact, catalogue
from eventsync.jobs.publishing import subscribers_of
from eventsync.jobs.queue import policy_of
from eventsync.jobs.rules import Priority

_HEAD = """# Domain events

What one part of EventSync tells all others, in the past tense, by ids only. Written by `manage.py event_catalogue`.

Each is stored in the transaction of what it tells of, together with a job for each of its subscribers: delivery is
**guaranteed**. A subscriber that is down hears of all of them later; one that fails is tried again, then it is a dead
letter. Only one of class droppable may miss some, when too much waits ([architecture](architecture.md#too-much-to-do)):
beside it stands **best effort**. Webhooks and all others are guaranteed.
Operations (from phones) and changes (to phones) are guaranteed too; the only message that is **best effort** is
the poke, which says no more than “pull”. Order: a subscriber that asks for it hears those of one partition (a venue, or
the event) in the order in which they were committed.

A version is for ever. What would change the shape of one is a new version beside it.
"""


def page() -> str:
    """Markdown, sorted by name and version."""
    return "\n".join([_HEAD, *(_entry(fact) for _, fact in sorted(catalogue.items()))])


def _entry(fact: type[Fact]) -> str:
    heard = ", ".join(f"`{name}` ({guarantee(name)})" for name in subscribers_of(fact.name)) or "nobody yet"
    about = " ".join((fact.__doc__ or "").split())
    schema = json.dumps(schema_of(fact), indent=2)
    return f"## `{fact.name}`, version {fact.version}\n\n{about}\n\nHeard by: {heard}.\n\n```json\n{schema}\n```\n"


def guarantee(subscriber: str) -> str:
    """What a subscriber relies on, by the class that it says of itself."""
    return "best effort" if policy_of(subscriber).priority == Priority.DROPPABLE else "guaranteed"


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """JSON Schema 2020-12 of what `DomainEvent.body` holds."""
    [schema], definitions = msgspec.json.schema_components([fact])
    found: dict[str, Any] = definitions[schema["$ref"].rpartition("/")[2]]
    del found["description"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found
