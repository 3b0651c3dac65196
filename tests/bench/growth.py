"""What an operation costs when the ledger is long: batches of 100 after 1,000 to 1,000,000 records."""

import json
import statistics
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection
from matplotlib.figure import Figure

from checkin import roster
from checkin.models import Checkpoint
from tests.bench import copies, server
from tests.cast import Games, Phone, make_phone

SIZES = (1_000, 10_000, 100_000, 1_000_000)
AUDITED = 10_000  # at this size the copies must be as good as what was pushed
ALIKE = "±20%"
BATCH, ROUNDS = 100, 21

_ROOT = Path(__file__).parent.parent.parent
_FIGURES = _ROOT / "var" / "growth.json"
_PLOT = _ROOT / "docs" / "growth.png"


class Cost(NamedTuple):
    """Medians of the CPU for an operation, in µs: our process's, and PostgreSQL's own for our connection (SQLite works
    in our process). `relative` is both together, in units of `_yardstick`.
    """

    ours: float
    database: float
    relative: float


def run() -> None:
    heads = f"{'ledger rows':>16} {'µs per operation':>18} {'database':>9} {'against the first':>18}"
    print(f"\n{heads}   target {ALIKE}")
    costs: dict[int, Cost] = {}
    games = server.with_people("growth", SIZES[0] + BATCH * (ROUNDS + 1))
    phone = make_phone(games)
    arrivals = _arrivals(phone, games.door)
    _prime(phone, arrivals)
    ledger = copies.Copies()
    for before, size in pairwise((SIZES[0], *SIZES)):
        if size > before:
            ledger.fill(first=before // SIZES[0] - 1, last=size // SIZES[0] - 2)
            arrivals = _arrivals(phone, _another_door(games, size))
            _prime(phone, arrivals)
        cost = costs[size] = _measured(phone, arrivals)
        if size == AUDITED:
            call_command("audit", "--json", stdout=StringIO())
        against = cost.relative / costs[SIZES[0]].relative - 1
        print(f"{size:>16,} {cost.ours:>18.0f} {cost.database:>9.0f} {against:>+18.0%}", flush=True)
    _keep(costs)


def _another_door(games: Games, size: int) -> Checkpoint:
    """Each size is measured at a door of its own: how many were there before is the same for all of them."""
    door = Checkpoint.objects.create(venue=games.hall, name=f"Door of {size}", policy=games.door.policy)
    roster.publish_checkpoints([door])
    return door


def _arrivals(phone: Phone, door: Checkpoint) -> Iterator[bytes]:
    """Batches in which everybody arrives at this door."""
    for start in range(0, len(phone.games.people), BATCH):
        yield json.dumps(server.body(phone.games, phone, start, BATCH, door)).encode()


def _prime(phone: Phone, arrivals: Iterator[bytes]) -> None:
    """The first thousand are in."""
    for batch in islice(arrivals, SIZES[0] // BATCH):
        server.pushed(phone, batch)
    copies.settle()


def _measured(phone: Phone, arrivals: Iterator[bytes]) -> Cost:
    server.pushed(phone, next(arrivals))  # warms up
    units, ours, databases = [], [], []
    for _ in range(ROUNDS):
        units.append(server.cpu(_yardstick) * 1e6)
        before = _database()
        ours.append(server.pushed(phone, next(arrivals)) / BATCH * 1e6)
        databases.append((_database() - before) / BATCH * 1e6)
    own, database = statistics.median(ours), statistics.median(databases)
    return Cost(own, database, (own + database) / statistics.median(units))


def _database() -> float:
    """Seconds of CPU that the process behind our connection has had, when it runs on this machine."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return int(file.read_text().split()[0]) / 1e9 if file.exists() else 0


def _yardstick() -> None:
    """Work that never changes. When other programs make the machine slower, it takes longer, as a push does."""
    for number in range(2_000):
        json.loads(json.dumps({"number": number, "text": str(number) * 4}))


def _keep(costs: Mapping[int, Cost]) -> None:
    """Beside the figures of the other database, and the plot of both."""
    figures = json.loads(_FIGURES.read_text()) if _FIGURES.exists() else {}
    figures[connection.vendor] = {str(size): cost._asdict() for size, cost in costs.items()}
    _FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for (vendor, found), colour in zip(sorted(figures.items()), ("tab:blue", "tab:orange"), strict=False):
        sizes = [int(size) for size in found]
        first = found[str(SIZES[0])]["relative"]
        axes.plot(sizes, [cost["relative"] / first for cost in found.values()], "o-", color=colour, label=vendor)
    axes.axhspan(0.8, 1.2, alpha=0.1, color="tab:green", label="±20 %")
    axes.set(xscale="log", xlabel="records in the ledger", ylabel="CPU per operation, 1,000 records = 1")
    axes.set_title("Cost of an operation against the length of the ledger (batches of 100)")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(_PLOT, dpi=120)
