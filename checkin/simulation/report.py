"""What a simulation prints: the reckoning as a table, and what the load was."""

from collections.abc import Iterator, Sequence
from statistics import quantiles

from checkin.simulation.day import Day
from checkin.simulation.reckoning import Reckoning

_WORDS = {
    "recorded": "recorded on devices",
    "stored": "stored in the database",
    "lost": "lost",
    "doubled": "doubled",
    "unsettled": "still waiting on a device",
    "undelivered": "undelivered to a reader",
    "expected": "headcount expected",
    "got": "headcount got",
}


def table(reckoning: Reckoning) -> Iterator[str]:
    for name, words in _WORDS.items():
        yield f"  {words:<28}{getattr(reckoning, name):>10,}"
    yield from (f"  {sentence}" for sentence in reckoning.differences)
    yield "All is as it was recorded." if reckoning.good else "NOT all is as it was recorded."


def load_lines(day: Day, peaks: Sequence[int]) -> Iterator[str]:
    traffic, count = day.traffic, sum(len(volunteer.log) for volunteer in day.volunteers)
    spent = day.recording + day.settling
    yield f"{count / spent:,.0f} operations a second; {day.recording:.1f} s recording, {day.settling:.1f} s to settle."
    if len(traffic.pushes) > 1:
        cuts = quantiles(traffic.pushes, n=100)
        yield f"Pushes: {len(traffic.pushes):,}; p50 {cuts[49] * 1e3:,.0f} ms, p99 {cuts[98] * 1e3:,.0f} ms."
    yield f"Answers by status: {_pairs(traffic.statuses)}."
    yield f"Faults: {_pairs(traffic.faults) or 'none'}."
    if any(peaks):
        yield f"Peak memory of the web processes: {', '.join(f'{peak / 1e6:,.0f} MB' for peak in peaks)}."


def _pairs(counts: "dict[int, int] | dict[str, int]") -> str:
    return ", ".join(f"{name} {times:,}" for name, times in sorted(counts.items(), key=str))
