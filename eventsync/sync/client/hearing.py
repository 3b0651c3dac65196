"""When a push that backs off has a reason to try at once: a pull got through after something did not (protocol 7.3)."""

from typing import Literal

Verb = Literal["push", "pull"]


class Hearing:
    """Once for each time that the pulls, or the pushes, began to fail: a push that fails while pulls succeed must not
    be kicked by each of them."""

    def __init__(self) -> None:
        self._deaf: set[Verb] = set()
        self._worth_a_try = False

    def missed(self, by: Verb) -> None:
        """Nobody answered, or nobody who is our server."""
        self._worth_a_try |= by not in self._deaf
        self._deaf.add(by)

    def heard(self, by: Verb) -> bool:
        """One got through. Answers whether the push is to be woken."""
        self._deaf.discard(by)
        wake = by == "pull" and self._worth_a_try
        self._worth_a_try = False
        return wake
