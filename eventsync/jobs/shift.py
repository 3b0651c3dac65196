"""What the processes of one worker tell each other, in shared memory without locks: a killed one must not hold any."""

import time
from multiprocessing.sharedctypes import RawValue

_heard = RawValue("d", 0)
_leaving = RawValue("b", 0)


def hear() -> None:
    """Says that a process which works has got word, or has come to the end of a job."""
    _heard.value = time.monotonic()


def heard() -> float:
    """When one of them did last, on the clock that all processes of a machine share."""
    return float(_heard.value)


def leave() -> None:
    """Tells all that they begin nothing new."""
    _leaving.value = 1


def leaving() -> bool:
    return bool(_leaving.value)
