"""What was read from a file."""

from dataclasses import dataclass, field

from eventsync.schedule.plan.incoming import Incoming, Problem


class FileError(Exception):
    """Why nothing of a file can be read, in one sentence."""


@dataclass(frozen=True, slots=True)
class Content:
    """`remarks`: what of the file is not taken, or only in part; sentences."""

    items: list[Incoming] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
