"""How long a code counts, how many there are, and what may become of one. Pure."""

from datetime import timedelta
from enum import StrEnum

from notifications.rules import Channel

DIGITS = 6
LIFE = timedelta(minutes=15)
TRIES = 5  # of 1,000,000 possible codes, each
TWICE = timedelta(minutes=1)  # a button that is pressed again within it asks for nothing new

# How many codes may be asked for: whoever makes us write to strangers is soon through.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OF_PHONE = 3  # within an hour
TO_ADDRESS = 5  # within a day, whoever asks
AT_EVENT = {Channel.SMS: 200, Channel.EMAIL: 1_000}  # within an hour


class State(StrEnum):
    """Of a code, each with its way in and its ways out."""

    ASKED = "asked"  # in: somebody typed in an address. out: sent, failed, done when its worker died after it was sent
    SENT = "sent"  # in: gateway or mail server has it, or may have it. out: done, over
    FAILED = "failed"  # in: it cannot be sent there, or no money is left
    DONE = "done"  # in: somebody typed the code in, and is reached there now
    OVER = "over"  # in: a newer one counts, or nobody is to write there any more


OPEN = (State.ASKED, State.SENT)


class Refusal(StrEnum):
    """Why somebody is not reached there: a word of the page's catalogues."""

    NO_NUMBER = "sms_wrong"
    NO_ADDRESS = "email_wrong"
    TOO_MANY = "code_many"
    WRONG = "code_wrong"
    OVER = "code_over"


def digits_of(typed: str) -> str:
    """A code as somebody typed it, with spaces in it or digits of another script."""
    return "".join(str(int(each)) for each in typed if each.isdecimal())


def code_from(digest: str) -> str:
    """`digest`: hexadecimal, of what only the server knows."""
    return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}}"
