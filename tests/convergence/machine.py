"""The machine: what people, clocks, networks and operators do to a handful of devices, in any order."""

import sys
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.convergence.acts import FOUND, WHO
from tests.convergence.faults import Fate
from tests.convergence.handsets import TABS, Verb
from tests.convergence.world import HANDSETS, Cast, OnDevices, OnServer, World

numbers = st.integers(0, HANDSETS - 1)
tabs = st.integers(0, TABS - 1)
indexes = st.integers(0, 9)

ONE_REQUEST = [Fate.FINE, Fate.PORTAL, Fate.UNANSWERED, Fate.HELD, Fate.ECHOED, Fate.DROPPED]


class Machine(RuleBasedStateMachine):
    """After every step, and at the end when the faults are over, the books must be right (see books.py)."""

    cast: Cast
    _world: World | None = None

    def __init__(self) -> None:
        super().__init__()
        self._raised_before = sys.exc_info()[1]  # Hypothesis repeats a failing example while it handles the failure

    @property
    def world(self) -> World:
        assert self._world is not None
        return self._world

    @initialize(batch=st.sampled_from([1, 2, 200]), page=st.sampled_from([1, 3, 5_000]))
    def begin(self, batch: int, page: int) -> None:
        self._world = World(self.cast, (batch, page))

    @rule(
        number=numbers,
        tab=tabs,
        verb=st.sampled_from(["arrive", "arrive", "arrive", "leave", "void", "register"]),
        door=st.sampled_from(["door", "gate", "lunch", "daily"]),
        who=st.sampled_from(WHO),
        undoes=indexes,
    )
    def record(self, number: int, tab: int, verb: str, door: str, who: str, undoes: int) -> None:
        self.world.record(number, tab, verb, door, who, undoes)

    @rule(number=numbers, who=st.sampled_from(["person 0", FOUND]), fate=st.sampled_from(ONE_REQUEST))
    def record_and_send(self, number: int, who: str, fate: Fate) -> None:
        """What happens most: somebody arrives, and the phone says so at once."""
        self.world.record(number, 0, "arrive", "door", who, 0)
        self.world.handsets[number].sync(0, "push", [fate])

    @rule(
        number=numbers,
        tab=tabs,
        verb=st.sampled_from(["push", "pull"]),
        fates=st.lists(st.sampled_from(list(Fate)), min_size=1, max_size=3),
    )
    def sync(self, number: int, tab: int, verb: Verb, fates: list[Fate]) -> None:
        """One round, or the rest of the one that was stuck."""
        self.world.handsets[number].sync(tab, verb, fates)

    @rule(number=numbers, tab=tabs)
    def sync_well(self, number: int, tab: int) -> None:
        self.world.handsets[number].sync(tab, "push")
        self.world.handsets[number].sync(tab, "pull")

    @rule(number=numbers, restored=st.booleans())
    def overtake_a_push(self, number: int, restored: bool) -> None:
        self.world.record(number, 0, "arrive", "lunch", "person 0", 0)
        self._overtake(number, "push", [Fate.ANSWER_HELD], restored=restored)

    @rule(number=numbers, restored=st.booleans())
    def overtake_a_pull(self, number: int, restored: bool) -> None:
        self.world.record(number, 0, "arrive", "lunch", "person 0", 0)
        self.world.handsets[number].sync(1, "push")
        self._overtake(number, "pull", [Fate.FINE, Fate.ANSWER_HELD], restored=restored)

    def _overtake(self, number: int, verb: Verb, fates: list[Fate], *, restored: bool) -> None:
        """A tab's answer comes after more has happened on the server, and after the other tab has heard of that."""
        handset = self.world.handsets[number]
        handset.sync(0, verb, fates)
        if restored:
            self.world.shake(OnServer.RESTORED)
        else:
            self.record_and_send((number + 1) % HANDSETS, "person 0", Fate.FINE)
        handset.sync(1, "pull")
        handset.sync(0, verb)

    @precondition(lambda self: self.world.network.echoes)
    @rule(index=indexes)
    def echo(self, index: int) -> None:
        self.world.network.deliver_echo(index)

    @rule(minutes=st.sampled_from([1, 20, 90, 24 * 60, 4 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.shift(timedelta(minutes=minutes))

    @rule(number=numbers, trouble=st.sampled_from(list(OnDevices)))
    def trouble_on_a_device(self, number: int, trouble: OnDevices) -> None:
        self.world.befall(number, trouble)

    @precondition(lambda self: self.world.books.life.verdicts)
    @rule(number=numbers, index=indexes)
    def reuse_id(self, number: int, index: int) -> None:
        self.world.reuse_id(number, index)

    @rule(trouble=st.sampled_from(list(OnServer)))
    def trouble_on_the_server(self, trouble: OnServer) -> None:
        self.world.shake(trouble)

    @precondition(lambda self: self.world.books.unannounced)
    @rule()
    def announce(self) -> None:
        self.world.announce()

    @invariant()
    def books_are_right(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        if self._world is None:
            return
        try:
            if sys.exc_info()[1] is self._raised_before:  # else a step has failed, or Hypothesis has had enough
                self._world.heal()
                self._world.check_all()
        finally:
            self._world.close()


def machine_of(cast: Cast) -> type[Machine]:
    """The machine that begins each example with this cast."""
    return type("Machine", (Machine,), {"cast": cast})
