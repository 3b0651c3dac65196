"""What the health page says of each thing, in words: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How much something asks of whoever reads it."""

    WELL = 0
    LOOK = 1
    ACT = 2

    @property
    def word(self) -> str:
        return ("Well", "Look at this", "Act now")[self]

    @property
    def mark(self) -> str:
        return "✓!✕"[self]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing, as it is now. `key` names the page that tells more, and the plot."""

    key: str
    title: str
    words: str
    level: Level
    empty: bool = False  # there is nothing of it to be well or ill

    @property
    def word(self) -> str:
        return "Nothing here" if self.empty else self.level.word

    @property
    def mark(self) -> str:
        return "–" if self.empty else self.level.mark


def phones(*, heard: int, enrolled: int) -> Reading:
    if not enrolled:
        return Reading("phones", "Phones", "No phone is enrolled.", Level.WELL, empty=True)
    words = f"{heard} of {enrolled} {_s(enrolled, 'phone')} heard from in the last quarter of an hour."
    return Reading("phones", "Phones", words, Level(heard == 0))


def undelivered(*, records: int, holders: int, silent: int) -> Reading:
    """`silent`: of the phones that hold records, those that were not heard from for 15 minutes."""
    title = "Records on phones"
    if not records:
        return Reading("undelivered", title, "Everything that phones recorded is here.", Level.WELL)
    words = f"{records} {_s(records, 'record')} on {holders} {_s(holders, 'phone')} not here yet. Nothing is lost."
    if silent:
        words += f" {silent} of them silent for 15 minutes: go there."
    return Reading("undelivered", title, words, Level(silent > 0))


def queue(*, waiting: int, oldest: float, running: int, turned_away: int) -> Reading:
    """`oldest`: seconds. The alert comes above 100 for five minutes."""
    if waiting:
        words = f"{waiting} {_s(waiting, 'job')} waiting, {duration(oldest)} at most. {running} in hand."
    else:
        words = f"Nothing waits. {running} {_s(running, 'job')} in hand." if running else "Nothing waits."
    if turned_away:
        words += f" {turned_away} not taken as they came in the last quarter of an hour: there was too much to do."
    long, longish = waiting > 100 or oldest > 300, waiting > 60 or oldest > 60
    level = Level.ACT if long else Level(longish or turned_away > 0)
    return Reading("queue", "Work of the server", words, level)


def workers(*, heard: int) -> Reading:
    words = (
        f"{heard} {_s(heard, 'worker')} at work." if heard else "No worker at work: nothing is done in the background."
    )
    return Reading("workers", "Workers", words, Level.WELL if heard else Level.ACT)


def dead_letters(*, jobs: int, quarantined: int) -> Reading:
    found = [
        text
        for count, text in (
            (jobs, f"{jobs} {_s(jobs, 'job')} failed for good"),
            (quarantined, f"{quarantined} {_s(quarantined, 'record')} kept aside"),
        )
        if count
    ]
    words = f"{' and '.join(found)}: somebody must decide." if found else "Nothing has failed for good."
    return Reading("dead", "Failed", words, Level(bool(found)))


def disk(*, used: float) -> Reading:
    """`used`: the share of the fullest disk."""
    level = Level.ACT if used > 0.9 else Level(used > 0.85)
    return Reading("disk", "Disk", f"{used:.0%} full.", level)


def success(*, ratio: float | None, target: float) -> Reading:
    """`ratio`: of the event that fares worst; None: nothing was received yet. Never rounded up."""
    title = "Without a failure of ours"
    if ratio is None:
        return Reading("success", title, f"Nothing was recorded yet. The aim is {target:.1%}.", Level.WELL, empty=True)
    words = f"{int(ratio * 10_000) / 100:.2f}% of all records. The aim is {target:.1%}."
    return Reading("success", title, words, Level(ratio < target))


def headline(readings: Sequence[Reading], *, alerts: int) -> Reading:
    """The whole in one sentence: as bad as its worst part."""
    level = max([each.level for each in readings] + [Level(alerts > 0)])
    bad = [each.title.lower() for each in readings if each.level == level]
    if level == Level.WELL:
        words = "All is well."
    elif bad:
        words = f"{level.word}: {', '.join(bad)}."
    else:
        words = f"{level.word}: {alerts} {_s(alerts, 'alert')}."
    return Reading("all", "Health", words, level)


def duration(seconds: float) -> str:
    """For a person, in one unit."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {_s(count, unit)}"
    return f"{int(seconds)} {_s(int(seconds), 'second')}"


def _s(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
