"""What strangers sent, as it is shown to people."""

import json
from contextlib import suppress
from typing import Any


def visible(text: str) -> str:
    """Text from a stranger with everything that does not print, or turns the text around, written as an escape."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )


def exact(body: bytes) -> str:
    """The bytes as they are, with all that does not print made visible."""
    return visible(body.decode("utf-8", "backslashreplace"))


def pretty(body: bytes) -> str:
    """The bytes as indented JSON where they are JSON; in any case with all that does not print made visible."""
    text = body.decode("utf-8", "backslashreplace")
    with suppress(ValueError, RecursionError):  # then it is shown as it came
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return visible(text)


def members_of(body: bytes) -> dict[str, Any]:
    """Those of a JSON object; none of anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
