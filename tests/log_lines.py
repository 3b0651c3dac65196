"""Log lines as operators get them: through the real formatter, each held against docs/logs.schema.json."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from eventsync.logs import json_formatter

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "logs.schema.json").read_text())
_validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


class Lines:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self, beginning: str = "") -> list[dict[str, Any]]:
        """Those whose event begins so, each found valid."""
        found = [json.loads(line) for line in self.text.splitlines()]
        for line in found:
            _validator.validate(line)
        return [line for line in found if line["event"].startswith(beginning)]

    def events(self, beginning: str = "") -> list[str]:
        return [line["event"] for line in self.all(beginning)]


@contextmanager
def collected() -> Iterator[Lines]:
    lines = Lines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(json_formatter())
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
