"""What jobs carry that a person may correct: a task says so where it is registered."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The payload of jobs of one task, by the id of their subject.

    `stored`: exactly as it is kept; None when it is gone. `problem`: why a text, which is JSON, cannot take its place,
    in a sentence for a person; "": it can. `revive`: what else must happen so that the job can go well this time.
    """

    stored: Callable[[UUID], str | None]
    problem: Callable[[UUID, str], str]
    revive: Callable[[UUID], object] = lambda subject: None
