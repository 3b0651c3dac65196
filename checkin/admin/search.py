"""Finding people, codes and records by whatever somebody has at hand: a name, a number, a code."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from checkin import rules
from checkin.ledger import credential_subject, person_subject
from checkin.models import Credential, Person
from eventsync.schedule.models import Event

MOST = 500  # people whose records one search of the ledger shows


def clean(term: str) -> str:
    return term.replace("\0", "").strip()


def carriers(term: str) -> list[UUID]:
    """Who carries this code, in any event."""
    return list(Credential.objects.filter(digest__in=digests(term)).values_list("person_id", flat=True))


def digests(term: str) -> list[str]:
    """What this text would be as a code, in each event."""
    return [rules.credential_digest(str(key), clean(term)) for key in Event.objects.values_list("id", flat=True)]


def people(queryset: QuerySet[Person], term: str) -> QuerySet[Person]:
    """People with every word in their names or delegation, or with this number or code, in any of their rows."""
    term = clean(term)
    words = Q()
    for word in term.split():
        key = rules.search_key(word)
        said = Q(given__icontains=word) | Q(delegation__icontains=word)
        words &= (Q(search__contains=key) if key else Q()) | said
    said = words | Q(external_id__iexact=term) | Q(id__in=carriers(term))
    whole = Person.objects.filter(said, merged_into__isnull=False).order_by().values("merged_into")
    return queryset.filter(said | Q(id__in=whole))


def subjects(term: str) -> list[str]:
    """Whose records of the ledger a search is about; a code that nobody has is found too."""
    found = people(Person.objects.order_by(), term).values_list("id", flat=True)[:MOST]
    return [*map(person_subject, found), *map(credential_subject, digests(term))]


def credentials(queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
    found = people(Person.objects.order_by(), term).values("id")
    return queryset.filter(Q(digest__in=digests(term)) | Q(person__in=found))
