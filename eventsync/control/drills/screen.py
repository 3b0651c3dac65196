"""What a person sees of a drill: each step as it comes, and a table at the end."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from eventsync.control.drills.course import Result

_WIDEST = 44  # characters of what was expected
_HEAD = ("", "drill", "step", "seconds", "expected", "got")


class Lines:
    """Steps as lines; on a terminal, the one that is waited for counts its seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._waited_for = ""

    def begins(self, drill: str) -> None:
        self._stream.write(f"Drill: {drill}\n")

    def waits(self, step: str, passed: float, within: float) -> None:
        if self._live:
            self._write(f"\r\x1b[K  … {step}: {passed:.0f} of at most {within:.0f} seconds")
        elif step != self._waited_for:
            self._write(f"  … {step}: at most {within:.0f} seconds\n")
        self._waited_for = step

    def tells(self, result: Result) -> None:
        begin, self._waited_for = "\r\x1b[K" if self._live else "", ""
        self._write(f"{begin}  {_mark(result)} {result.step}: {result.got}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def table(results: Sequence[Result]) -> Iterator[str]:
    rows = [_HEAD, *map(_row, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _row(result: Result) -> tuple[str, ...]:
    expected = result.expected if len(result.expected) <= _WIDEST else result.expected[: _WIDEST - 1] + "…"
    return (_mark(result), result.drill, result.step, f"{result.seconds:7.1f}", expected, result.got)


def _mark(result: Result) -> str:
    return "✓" if result.good else "✕"
