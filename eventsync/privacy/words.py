"""Names and codes as they may stand in any text, and taking them out of it."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

GONE = "…"


class Words:
    """Texts that must not be found any more. In JSON they may be written in two other ways."""

    def __init__(self, said: Iterable[str] = ()) -> None:
        shapes = {shape for word in said if word for shape in _shapes(word)}
        self.shapes = sorted(shapes, key=lambda shape: (-len(shape), shape))
        self._pattern = re.compile("|".join(map(re.escape, self.shapes)), re.IGNORECASE)

    def __bool__(self) -> bool:
        return bool(self.shapes)

    def out_of(self, text: str) -> str:
        return self._pattern.sub(GONE, text) if self.shapes else text

    def among(self, *columns: str) -> Q:
        """Whether one of these text columns has one of the words."""
        found = Q(pk__in=[])
        for column in columns:
            for word in self.shapes:
                found |= Q(**{f"{column}__icontains": word})
        return found


def _shapes(word: str) -> set[str]:
    return {word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}


def take_out(words: Words, rows: "QuerySet[Any]", *columns: str) -> None:
    """Takes the words out of these text columns of the rows."""
    if not words:
        return
    for row in rows.filter(words.among(*columns)).order_by():
        for column in columns:
            setattr(row, column, words.out_of(getattr(row, column)))
        row.save(update_fields=columns)
