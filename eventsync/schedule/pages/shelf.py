"""What a process keeps of what it made."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Text = TypeVar("Text", bound=str)


class Shelf(Generic[Text]):
    """What was asked for last, by what it was made of."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Text] = OrderedDict()
        self._lock = Lock()

    def get(self, made_of: Hashable, make: Callable[[], Text]) -> Text:
        with self._lock:
            found = self._kept.get(made_of)
        found = make() if found is None else found
        with self._lock:
            self._kept[made_of] = found
            self._kept.move_to_end(made_of)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found

    def clear(self) -> None:
        """For who wants to see it made."""
        with self._lock:
            self._kept.clear()
