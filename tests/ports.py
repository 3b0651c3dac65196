"""Ports for the processes that tests start.

The kernel's own choice ("port 0") is from the range that outgoing connections use too: between the choice and the
start of a slow process, a connection or another worker's server may take it, and a test then talks with a stranger.
"""

import os
import socket
from collections.abc import Iterator
from itertools import chain
from random import SystemRandom

# All below 32768, where Linux begins to choose, and above 10080, which browsers refuse.
_FIRST, _EACH, _WORKERS = 10_100, 1_400, 16


def _mine() -> Iterator[int]:
    """This worker's ports of pytest-xdist, each once; from a chance beginning, as another run may be at work."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = _FIRST + worker * _EACH
    begin = first + SystemRandom().randrange(_EACH)
    return chain(range(begin, first + _EACH), range(first, begin))


_ports = _mine()


def free_port() -> int:
    """One that nobody has, and that this process gives nobody else; StopIteration when all are given."""
    while True:
        port = next(_ports)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
