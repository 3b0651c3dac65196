"""Disks without room: a small tmpfs that is filled up, or files that the kernel lets grow no further."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

MEGABYTE = 1024 * 1024


class SmallDisk(Protocol):
    """A disk that a test can fill, and make room on."""

    def fill(self) -> None: ...

    def free(self) -> None: ...


class Tmpfs:
    """A file system of its own, filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (MEGABYTE, 4096, 1):
                _write_until_full(file.fileno(), b"\0" * size)

    def free(self) -> None:
        self._ballast.unlink()


def _write_until_full(file: int, piece: bytes) -> None:
    try:
        while os.write(file, piece):
            pass
    except OSError:
        return


@contextmanager
def tmpfs(folder: Path, *, megabytes: int) -> Iterator[Tmpfs]:
    """Mounts one at `folder`; OSError where that is not allowed."""
    if os.geteuid():
        raise PermissionError("only root may mount")
    options = f"size={megabytes}m,mode=0777"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PermissionError(done.stderr)
    try:
        yield Tmpfs(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Limit:
    """RLIMIT_FSIZE: no file of these processes may reach further than `size` bytes. Set by whom they run as."""

    def __init__(self, pids: Callable[[], Sequence[int]], size: int, *, owner: dict[str, Any]) -> None:
        self._pids, self._size, self._owner = pids, size, owner

    def fill(self) -> None:
        self._set(str(self._size))

    def free(self) -> None:
        self._set("unlimited")

    def _set(self, soft: str) -> None:
        """The hard limit stays, or nobody but root could take it back."""
        for pid in self._pids():
            limit = ["prlimit", f"--pid={pid}", f"--fsize={soft}:"]
            subprocess.run(limit, **self._owner, capture_output=True, check=False)  # some have ended meanwhile
