"""Pure decisions about events."""

DEMO, REHEARSAL = "demo", "rehearsal"


def is_rehearsal(slug: str) -> bool:
    """Whether the event of this short name is made up: the demo, `rehearsal`, or one whose name begins with it."""
    return slug in {DEMO, REHEARSAL} or slug.startswith(f"{REHEARSAL}-")
