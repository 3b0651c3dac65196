"""Small plots of the last hours, as SVG with a sentence that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

WIDTH, HEIGHT = 240, 40

Samples = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Plot:
    """`lines`: SVG points, a line for each stretch in which nothing is missing."""

    words: str
    lines: Sequence[str]


def plot(samples: Samples, *, now: datetime, span: timedelta) -> Plot | None:
    """None with less than two samples: there is nothing to see yet."""
    if len(samples) < 2:
        return None
    values = [value for _, value in samples]
    hours = span // timedelta(hours=1)
    words = f"In the last {hours} hours between {min(values):.0f} and {max(values):.0f}, now {values[-1]:.0f}."
    top = max(*values, 1)
    lines = [" ".join(_point(each, top, now=now, span=span) for each in part) for part in _unbroken(samples)]
    return Plot(words, lines)


def _point(sample: tuple[datetime, float], top: float, *, now: datetime, span: timedelta) -> str:
    at, value = sample
    x = WIDTH * (1 - (now - at) / span)
    y = HEIGHT - 2 - (HEIGHT - 4) * value / top
    return f"{x:.1f},{y:.1f}"


def _unbroken(samples: Samples) -> list[list[tuple[datetime, float]]]:
    """While no worker ran, nobody knows what it was."""
    parts = [[samples[0]]]
    for before, sample in pairwise(samples):
        if sample[0] - before[0] > timedelta(minutes=3):
            parts.append([])
        parts[-1].append(sample)
    return parts
