"""What of a plan is for whoever holds a link."""

from collections.abc import Collection, Iterable, Mapping

from eventsync.schedule.plan.rules import Change, Told


def is_for(told: Told, groups: Collection[str]) -> bool:
    """What is for nobody in particular is for everybody. Words of groups are typed by people: large or small is the
    same."""
    return not told.groups or not _keys(told.groups).isdisjoint(_keys(groups))


def own(activities: Mapping[str, Told], groups: Collection[str]) -> dict[str, Told]:
    return {key: told for key, told in activities.items() if is_for(told, groups)}


def concerns(change: Change, groups: Collection[str]) -> bool:
    """Also whoever it was for, and is not any more."""
    return any(is_for(told, groups) for told in (change.old, change.new) if told is not None)


def chosen(groups: Iterable[str]) -> list[str]:
    """Groups as they are kept: each once, without spaces around it, in the order in which they were said."""
    found = {group.casefold(): group for said in groups if (group := " ".join(said.split()))}
    return list(found.values())


def _keys(groups: Iterable[str]) -> set[str]:
    return {" ".join(group.split()).casefold() for group in groups}
