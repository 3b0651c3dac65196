"""What phones keep for later while the queue of jobs is long: operations of kinds that are not core (protocol 3)."""

from collections.abc import Sequence

from eventsync.jobs import pressure
from eventsync.jobs.models import TurnedAway
from eventsync.jobs.rules import Level, Priority
from eventsync.sync.models import Operation
from eventsync.sync.registry import registry
from eventsync.sync.wire import Received


def put_off(received: Sequence[Received]) -> set[str]:
    """The ids of the new operations that are to come again; Full when there is nothing else in the batch, and no room.

    A repeat is never among them: it gets the verdict in force.
    """
    classes = {kind: _class_of(kind) for kind in {_kind_of(each) for each in received}}
    waiting = {kind for kind, each in classes.items() if pressure.level(each) > Level.ROOM}
    if not waiting:
        return set()
    later = {each.id for each in received if _kind_of(each) in waiting}
    later.difference_update(map(str, Operation.objects.filter(id__in=later).values_list("id", flat=True)))
    if later == {each.id for each in received}:
        pressure.admit("push", min(classes.values()))
    if later:
        pressure.tally.note("push", TurnedAway.How.DELAYED)
    return later


def _kind_of(received: Received) -> str:
    return str(received.members and received.members.get("kind"))


def _class_of(name: str) -> Priority:
    """What nobody knows is taken, and quarantined."""
    kind = registry.kinds.get(name)
    return kind.fact.priority if kind else Priority.CORE
