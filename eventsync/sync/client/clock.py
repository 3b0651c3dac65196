"""Learning the server's clock from its answers."""

from datetime import timedelta

from eventsync.sync.client.messages import read_time
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.server import Answer

_SLACK = timedelta(milliseconds=250)  # coarse clocks and drift; less is not worth a write


def hear(outbox: Outbox, answer: Answer) -> None:
    """Keeps the best estimate of server clock minus device clock, in ms.

    The server read its clock between our asking and our hearing: half of that is the most by which the middle is wrong.
    """
    said = answer.json()
    text = said.get("server_time") if isinstance(said, dict) else None
    doubt = (answer.heard_at - answer.sent_at) / 2
    if not isinstance(text, str) or doubt < timedelta():
        return
    offset = read_time(text) - (answer.sent_at + doubt)
    known, known_doubt = outbox.recall("offset_ms"), outbox.recall("offset_doubt_ms")
    if known is not None and known_doubt is not None:
        apart = abs(offset - timedelta(milliseconds=known))
        clock_was_set = apart > doubt + timedelta(milliseconds=known_doubt) + _SLACK
        if not clock_was_set and doubt >= timedelta(milliseconds=known_doubt) / 2:
            return
    ms = timedelta(milliseconds=1)
    outbox.remember(offset_ms=round(offset / ms), offset_doubt_ms=doubt / ms)
