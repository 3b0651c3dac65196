"""A network that does its worst: what it does with each request is decided beforehand, as a list of fates."""

from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import time_machine

from eventsync.sync.client.server import NoAnswer, Response
from tests.network import Call, portal, redirected, refusing, serve

TRAVEL = timedelta(milliseconds=20)  # one way


class Fate(StrEnum):
    """What can become of one request. Those that are held go on when their round is tried again, or are given up."""

    FINE = "fine"
    DROPPED = "dropped"
    UNANSWERED = "unanswered"  # the answer is lost after the commit
    REPEATED = "repeated"  # it arrives twice; the first answer is heard
    ECHOED = "echoed"  # and a copy of it arrives at any time later, maybe at a restored server
    HELD = "held"  # on its way, for as long as it takes
    ANSWER_HELD = "answer held"
    CUT = "cut"  # the answer ends in the middle, and is taken for whole
    LINE_LOST = "line lost"  # its last line is missing
    PORTAL = "portal"
    REDIRECTED = "redirected"
    BUSY = "busy"


class Pause:
    """Where a round waits until somebody goes on with it."""

    def __await__(self) -> Generator["Pause", None, None]:
        yield self


@dataclass
class FaultyNetwork:
    """Connects all devices with the server. `heard` is called with what the server answers, heard by them or not."""

    clock: time_machine.Traveller
    heard: Callable[[Call, Response], None]
    fates: deque[Fate] = field(default_factory=deque)
    echoes: list[Call] = field(default_factory=list)  # copies that are still under way
    tampered: bool = False  # with an answer that the device may take for whole

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Response:
        call = Call(method, path, headers, body)
        fate = self._fate()
        while fate is Fate.HELD:
            try:
                await Pause()
            except (NoAnswer, GeneratorExit):  # given up, or switched off: it may arrive yet
                self.echoes.append(call)
                raise
            fate = self._fate()
        if fate is Fate.ANSWER_HELD:
            answer = self.serve(call)
            await Pause()
            return answer
        return self._deal(call, fate)

    def _fate(self) -> Fate:
        return self.fates.popleft() if self.fates else Fate.FINE

    def _deal(self, call: Call, fate: Fate) -> Response:
        match fate:
            case Fate.DROPPED:
                raise NoAnswer(fate)
            case Fate.UNANSWERED:
                self.serve(call)
                raise NoAnswer(fate)
            case Fate.REPEATED:
                answer = self.serve(call)
                self.serve(call)
                return answer
            case Fate.ECHOED:
                self.echoes.append(call)
            case Fate.CUT | Fate.LINE_LOST:
                return self._shortened(self.serve(call), fate)
            case Fate.PORTAL:
                return portal(call)
            case Fate.REDIRECTED:
                return redirected(call)
            case Fate.BUSY:
                return refusing(503, "unavailable", retry_after=5)(call)
        return self.serve(call)

    def _shortened(self, answer: Response, fate: Fate) -> Response:
        self.tampered = True
        lines = answer.body.splitlines(keepends=True)
        body = b"".join(lines[:-1]) if fate is Fate.LINE_LOST else answer.body[: len(answer.body) * 2 // 3]
        return Response(answer.status, answer.headers, body)

    def serve(self, call: Call) -> Response:
        self.clock.shift(TRAVEL)
        answer = serve(call)
        self.heard(call, answer)
        self.clock.shift(TRAVEL)
        return answer

    def deliver_echo(self, index: int) -> None:
        """A copy arrives after all; nobody waits for its answer."""
        if self.echoes:
            self.serve(self.echoes.pop(index % len(self.echoes)))
