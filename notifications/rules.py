"""When a notice goes out to somebody, and what may become of it on its way. Pure: `now` and the zone are parameters.

Moments are aware, in UTC. Times of the day are those of the event's zone, whatever its clocks do that night.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SETTLE, SETTLE_AT_MOST = timedelta(seconds=120), timedelta(minutes=10)
QUIET_FROM, QUIET_UNTIL = time(20), time(7)
SET_TIMES = (time(7, 30), time(12, 30), time(17, 30))
CAP = 4  # of what goes to somebody on one day
GRACE = timedelta(minutes=15)  # after the beginning of something, whoever is there knows


class Importance(StrEnum):
    """How much depends on it that somebody hears of it."""

    CRITICAL = "critical"  # somebody's safety: it never waits
    BIG = "big"  # whoever does not know it comes too late, to the wrong place, or for nothing
    NORMAL = "normal"


class News(StrEnum):
    """Which news somebody wants."""

    ALL = "all"
    BIG = "big"
    SAFETY = "safety"


class Timing(StrEnum):
    """When somebody wants it."""

    AT_ONCE = "at_once"
    AT_SET_TIMES = "at_set_times"
    IN_THE_APP = "in_the_app"  # only in the list of messages


class How(StrEnum):
    """How it makes itself noticed."""

    SILENT = "silent"
    SOUND = "sound"


class Channel(StrEnum):
    """On which way a notice gets to somebody."""

    IN_APP = "in_app"  # the list of messages: always
    PUSH = "push"
    SMS = "sms"
    EMAIL = "email"


class State(StrEnum):
    """Of a delivery, each with its way in and its ways out; `WAYS` has them for machines."""

    # in: planned for now, its time has come, or its worker died; out: sending when it is claimed, superseded, expired,
    # failed_perm when no worker came to it in time
    QUEUED = "queued"
    # in: planned in quiet hours, or for a set time; out: queued or over_budget when its time has come, superseded,
    # expired
    HELD = "held"
    # in: claimed by a worker. out: accepted, failed_temp, failed_perm; what its phone says, when that is faster than
    # our own row; queued when the worker died: the phone shows the same once; a text message is uncertain then;
    # over_budget when there is no money for it
    SENDING = "sending"
    # in: whoever is to bring it has it (push service, gateway, mail server), or it is in the list; out: what its phone
    # says
    ACCEPTED = "accepted"
    # in: a text message was sent and no answer came, so nobody knows whether it arrived; out: queued once more when it
    # is critical; what its reader says
    UNCERTAIN = "uncertain"
    DISPLAYED = "displayed"  # in: the phone showed it; out: opened, acknowledged
    OPENED = "opened"  # in: somebody tapped it; out: acknowledged
    ACKNOWLEDGED = "acknowledged"  # in: somebody said that they have read it
    # in: busy, or no answer; out: sending after `due_at`, superseded, expired, failed_perm; what its phone says all the
    # same, where only the answer was lost
    FAILED_TEMP = "failed_temp"
    # in: whoever is to bring it will never take it, did not at any try or in time, or it is not wanted there any more;
    # out: queued or held, when a person has it go out once more
    FAILED_PERM = "failed_perm"
    EXPIRED = "expired"  # in: what it says is of no use any more
    # in: a newer notice says the same or more, what it says is not so any more, they have read it elsewhere, or want it
    # only in the list by now
    SUPERSEDED = "superseded"
    # in: it would be one too many for a day, or its channel has no money left; it stays in the list of messages
    OVER_BUDGET = "over_budget"


SEEN = (State.DISPLAYED, State.OPENED, State.ACKNOWLEDGED)
_OVER = (State.SUPERSEDED, State.EXPIRED)
WAYS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset((State.SENDING, State.FAILED_PERM, *_OVER)),
    State.HELD: frozenset((State.QUEUED, State.OVER_BUDGET, *_OVER)),
    State.SENDING: frozenset(
        (State.ACCEPTED, State.FAILED_TEMP, State.FAILED_PERM, State.QUEUED, State.UNCERTAIN, State.OVER_BUDGET, *SEEN)
    ),
    State.ACCEPTED: frozenset(SEEN),
    State.UNCERTAIN: frozenset((State.QUEUED, *SEEN)),
    State.DISPLAYED: frozenset((State.OPENED, State.ACKNOWLEDGED)),
    State.OPENED: frozenset((State.ACKNOWLEDGED,)),
    State.ACKNOWLEDGED: frozenset(),
    State.FAILED_TEMP: frozenset((State.SENDING, State.FAILED_PERM, *_OVER, *SEEN)),
    State.FAILED_PERM: frozenset((State.QUEUED, State.HELD)),
    State.EXPIRED: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.OVER_BUDGET: frozenset(),
}
WAITING = (State.QUEUED, State.HELD, State.FAILED_TEMP)  # nobody works on them, and they may still go out


def ways_to(state: State) -> list[State]:
    """The states from which a delivery gets there."""
    return [each for each, ways in WAYS.items() if state in ways]


class Why(StrEnum):
    """Why a delivery goes, or waits, as it does."""

    NOTHING = ""
    CRITICAL = "critical"
    QUIET = "quiet"
    SET_TIME = "set_time"
    CAP = "cap"
    CANCELLED = "cancelled"
    AGAIN = "again"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Course:
    """What is to become of a delivery: not before `at`, and why."""

    state: State
    at: datetime
    why: Why = Why.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What of a notice counts for when it goes out. `must_hear`: or they come or wait for nothing."""

    importance: Importance
    must_hear: bool = False


def settled_at(*, first: datetime, last: datetime) -> datetime:
    """When organisers have said what they had to say: two minutes after the last release, ten after the first."""
    return min(last + SETTLE, first + SETTLE_AT_MOST)


def wants(news: News, importance: Importance) -> bool:
    """Nobody is spared what concerns safety."""
    return {
        News.ALL: True,
        News.BIG: importance != Importance.NORMAL,
        News.SAFETY: importance == Importance.CRITICAL,
    }[news]


def ways(importance: Importance, *, browsers: int, phone: bool, email: bool) -> tuple[Channel, ...]:
    """On which ways, besides the list, it goes to somebody at first: one is enough, unless it is about their safety.

    A text message costs money: at once only to whoever has no browser, and of what is critical, or big and goes no
    other way.
    """
    critical = importance == Importance.CRITICAL
    found = [Channel.PUSH] if browsers else []
    if email and (critical or not found):
        found.append(Channel.EMAIL)
    if phone and not browsers and (critical or (importance == Importance.BIG and not found)):
        found.append(Channel.SMS)
    return tuple(found)


def course(word: Word, *, until: datetime, timing: Timing, now: datetime, zone: ZoneInfo, today: int) -> Course | None:
    """When a new notice that somebody wants goes to them; None: it is only in the list of messages.

    `until`: it is of use before that. `today`: how many they were sent on this day. What they must hear, and waiting
    would make useless, does not wait: they would set out for nothing.
    """
    if word.importance == Importance.CRITICAL:
        return Course(State.QUEUED, now, Why.CRITICAL)
    if timing == Timing.IN_THE_APP:
        return None
    held = _held(timing, now, zone)
    if held is None:
        return course_of_due(word, now=now, today=today)
    return Course(State.QUEUED, now, Why.CANCELLED) if word.must_hear and held.at >= until else held


def _held(timing: Timing, now: datetime, zone: ZoneInfo) -> Course | None:
    """Until when it waits; None: it need not."""
    if timing == Timing.AT_SET_TIMES:
        return Course(State.HELD, _next(now, zone, SET_TIMES), Why.SET_TIME)
    if is_quiet(now, zone):
        return Course(State.HELD, _next(now, zone, (QUIET_UNTIL,)), Why.QUIET)
    return None


def course_of_due(word: Word, *, now: datetime, today: int) -> Course:
    """What is to become of one that was held, now that its time has come."""
    if today < CAP:
        return Course(State.QUEUED, now)
    if word.importance == Importance.CRITICAL:
        return Course(State.QUEUED, now, Why.CRITICAL)
    return Course(State.QUEUED, now, Why.CANCELLED) if word.must_hear else Course(State.OVER_BUDGET, now, Why.CAP)


def is_quiet(now: datetime, zone: ZoneInfo) -> bool:
    here = now.astimezone(zone).time()
    return here >= QUIET_FROM or here < QUIET_UNTIL


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began in the zone."""
    return datetime.combine(now.astimezone(zone).date(), time.min, zone).astimezone(UTC)


def useful_until(start: datetime, end: datetime, *, now: datetime) -> datetime:
    """Until when it is of use to hear of something with these times: while people come to it, then while it is on."""
    return start + GRACE if now < start + GRACE else end


def _next(now: datetime, zone: ZoneInfo, times: Iterable[time]) -> datetime:
    """The next moment at which clocks in the zone show one of these times; one that they leave out comes later."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=each) for each in range(-1, 3))
    found = (at for day in days for clock in times for at in _moments(day, clock, zone))
    return min(at for at in found if at > now)


def _moments(day: date, clock: time, zone: ZoneInfo) -> Iterator[datetime]:
    """Twice where clocks are put back over it."""
    yield datetime.combine(day, clock, zone).astimezone(UTC)
    again = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    if again.astimezone(zone).time() == clock:
        yield again
