"""`python -m eventsync.lan ADDRESS|1`: makes what HTTPS needs in var/lan/.

Prints the address, whether phones may know the authority already, and its fingerprint.
"""

import socket
import sys
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import NoReturn

from eventsync.lan.authority import fingerprint
from eventsync.lan.keeping import prepare

DIRECTORY = Path(__file__).parent.parent.parent / "var" / "lan"
SOMEWHERE = ("203.0.113.1", 9)  # nothing is sent there: only the way out is asked for


def main(arguments: list[str]) -> None:
    address = _find(arguments[0] if arguments else "1")
    if not _is_ours(address):
        _stop(f"this computer does not have the address {address}. Give it one that it has: LAN=192.168.…")
    authority, known = prepare(DIRECTORY, address=address, now=datetime.now(UTC))
    print(address, "known" if known else "new", fingerprint(authority.certificate), sep="\n")  # noqa: T201 - for a script


def _find(asked: str) -> IPv4Address:
    """The address that is asked for, or, for `1`, the one by which this computer reaches others."""
    if asked != "1":
        try:
            return IPv4Address(asked)
        except ValueError:
            _stop(f"LAN is {asked!r}; it must be 1 or an address of this computer, such as 192.168.1.5.")
    try:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
            probe.connect(SOMEWHERE)
            return IPv4Address(probe.getsockname()[0])
    except OSError:
        _stop("this computer is in no network. Join one, or name the address: LAN=192.168.…")


def _is_ours(address: IPv4Address) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
        return int(address) != 0


def _stop(sentence: str) -> NoReturn:
    sys.stderr.write(f"EventSync cannot start: {sentence}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
