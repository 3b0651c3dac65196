"""Names of processes: they tell a dead one from another that got its number, as happens in containers."""

import os
import platform
from functools import cache
from pathlib import Path

_PROCESSES = Path("/proc")


def name_of(process: int) -> str:
    """Such as `host:1234@6c1b2f9e-4026531836.88123`: where it runs, its number there, and when it was started."""
    return f"{platform.node()}:{process}@{_place()}.{_started(process)}"


def shown(name: str) -> str:
    """As people read it, such as `host:1234`."""
    return name.partition("@")[0]


def is_gone(name: str) -> bool:
    """Whether the process of that name can be seen from here to be no more; of other machines nothing is known."""
    process, _, identity = name.rpartition(":")[2].partition("@")
    place, _, started = identity.rpartition(".")
    return place == _place() and _started(int(process)) != started


def number_of(name: str) -> int | None:
    """The number of the process of that name, if it runs where it can be seen from here."""
    process, _, identity = name.rpartition(":")[2].partition("@")
    here = identity.rpartition(".")[0] == _place()
    return int(process) if here and not is_gone(name) else None


@cache
def _place() -> str:
    """The same for all processes that see each other: one start of one machine, and one container."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - what the link means, not what it is called


def _started(process: int) -> str:
    """In ticks since the machine was started; nothing when it is not there, or waits to be buried."""
    try:
        state, *others = (_PROCESSES / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in {"Z", "X"} else others[18]


def below(process: int) -> set[str]:
    """The names of those that a process of this machine has started."""
    try:
        children = (_PROCESSES / str(process) / "task" / str(process) / "children").read_text().split()
    except OSError:
        return set()
    return set(map(name_of, map(int, children)))
