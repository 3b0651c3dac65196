"""What a simulated day consists of. All of it follows from the seed."""

from dataclasses import dataclass
from datetime import timedelta

CLOCKS = timedelta(hours=3)  # the most by which a device's clock may be off


@dataclass(frozen=True, slots=True)
class Faults:
    """How often, of all requests or of all recordings, something goes wrong; the rest goes well."""

    drop: float = 0.0  # the request never arrives
    lose: float = 0.0  # it arrives and is committed; its answer does not come back
    repeat: float = 0.0  # it arrives twice
    hold: float = 0.0  # it arrives long after the device gave it up, behind later ones
    delay: float = 0.0  # it arrives late
    cut: float = 0.0  # the connection breaks in the middle of the answer
    portal: float = 0.0  # a captive portal answers
    restart: float = 0.0  # after a recording, the device is switched off and on
    apart: float = 0.0  # after a recording, the device has no signal for a while
    wrong_clocks: bool = False

    @property
    def of_requests(self) -> dict[str, float]:
        names = ("drop", "lose", "repeat", "hold", "delay", "cut", "portal")
        return {name: getattr(self, name) for name in names}


WEATHER = {
    "calm": Faults(),
    "rain": Faults(
        drop=0.05, lose=0.05, repeat=0.05, hold=0.03, delay=0.1, cut=0.03, portal=0.02, restart=0.02, apart=0.05,
        wrong_clocks=True,
    ),
    "storm": Faults(
        drop=0.12, lose=0.12, repeat=0.1, hold=0.08, delay=0.15, cut=0.08, portal=0.05, restart=0.08, apart=0.15,
        wrong_clocks=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulated day. `seconds`: how long people record; `pace` scales what devices wait between tries."""

    seed: int
    devices: int
    operations: int  # by each device
    seconds: float
    faults: Faults

    @property
    def pace(self) -> float:
        """A real day's waiting, compressed with it: at five minutes and more, devices wait as real ones do."""
        return min(1.0, max(0.01, self.seconds / 300))
