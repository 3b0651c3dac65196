"""Columns that hold a word of the rules."""

from collections.abc import Iterable
from enum import StrEnum

from django.db import models
from django.db.models import Q


def known(field: str, values: Iterable[StrEnum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": plain(values)}), name=name)


def plain(values: Iterable[StrEnum]) -> list[str]:
    return [each.value for each in values]
