"""What strangers and addresses say, read with care; and filters of lists."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


class AppliedFilter(admin.SimpleListFilter):
    """Applied whenever the address has a value for it. Django leaves out a filter that has no choices to offer."""

    def has_output(self) -> bool:
        return self.value() is not None or super().has_output()


class ByIdFilter(AppliedFilter):
    """The rows of one thing, chosen by its id. What is no id in the address finds nothing."""

    parameter_name: str
    field: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        key = as_id(value)
        return self.rows_of(key, queryset) if key else queryset.none()

    def rows_of(self, key: UUID, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: key})
