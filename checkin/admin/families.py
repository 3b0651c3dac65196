"""Family links for people on the list: of them a nickname that somebody looked at is copied, and the delegation, which
they may lead."""

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from checkin.models import Person
from checkin.rules import greeting_name
from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import limit
from eventsync.schedule.admin.cards import cards_page
from eventsync.schedule.admin.links import ADD, AT_ONCE, symbols_for
from eventsync.schedule.links import making
from eventsync.schedule.links.making import Wanted
from eventsync.schedule.models import FamilyLink
from eventsync.schedule.staff import may_for
from eventsync.sync.admin import as_id

LONGEST = FamilyLink._meta.get_field("nickname").max_length or 0


class MakesLinks(ModelAdmin):
    """The action of the list of people, and the page on which each nickname is looked at."""

    actions: Any = ["make_family_links"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.family_links_view)
        return [path("family-links/", view, name="checkin_person_family_links"), *super().get_urls()]

    def has_links_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ADD)

    @admin.action(description="Make family links…", permissions=["links"])
    def make_family_links(self, request: HttpRequest, queryset: QuerySet[Person]) -> HttpResponse:
        return self._ask(request, self._of_one_event(request, queryset))

    def family_links_view(self, request: HttpRequest) -> HttpResponse:
        """POST makes a link for each `person`, by `nickname-<id>`; what is empty or too long is asked for again.

        `leads`: the ids of those who lead their delegation.
        """
        if not self.has_links_permission(request):
            raise PermissionDenied
        ids = list(filter(None, map(as_id, request.POST.getlist("person"))))
        mine = limit(self.get_queryset(request), request.user, self.right("change"), self.belongs)
        people = self._of_one_event(request, mine.filter(pk__in=ids))
        said = {str(each.pk): " ".join(request.POST.get(f"nickname-{each.pk}", "").split()) for each in people}
        wrong = [key for key, name in said.items() if not 0 < len(name) <= LONGEST]
        leading = {str(each.pk) for each in people if each.delegation} & {*request.POST.getlist("leads")}
        if wrong or not people:
            return self._ask(request, people, said, leading=leading, wrong=wrong)
        symbols = symbols_for()
        wanted = [
            Wanted(
                nickname=said[str(each.pk)],
                symbol=next(symbols),
                groups=_groups(each),
                person=each.pk,
                leads=str(each.pk) in leading,
            )
            for each in people
        ]
        by = request.user.get_username()
        cards = making.make(event=people[0].event, wanted=wanted, by=by, now=timezone.now())
        self.log_changes(request, people, "A family link was made.")
        return cards_page(request, cards, self._context(request))

    def _of_one_event(self, request: HttpRequest, people: QuerySet[Person]) -> Sequence[Person]:
        """Those for whose event somebody may make links; nobody, if they are of several."""
        found = list(people.filter(erased_at=None, merged_into=None).select_related("event")[: AT_ONCE + 1])
        found = [each for each in found if may_for(request.user, each.event, ADD)]
        return found if len({each.event_id for each in found}) == 1 and len(found) <= AT_ONCE else []

    def _ask(
        self,
        request: HttpRequest,
        people: Sequence[Person],
        said: Mapping[str, str] = MappingProxyType({}),
        *,
        leading: Container[str] = (),
        wrong: Container[str] = (),
    ) -> HttpResponse:
        if not people:
            text = f"Choose people of one event at which you may make family links, at most {AT_ONCE} at once."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(reverse("admin:checkin_person_changelist"))
        keyed = [(str(each.pk), each) for each in people]
        rows = [(each, said.get(key, _proposed(each)), key in leading, key in wrong) for key, each in keyed]
        shown = {"title": "Make family links", "rows": rows, "longest": LONGEST}
        return TemplateResponse(request, "admin/checkin/family_links.html", self._context(request) | shown)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def _proposed(person: Person) -> str:
    return greeting_name(person.name, person.given)[:LONGEST]


def _groups(person: Person) -> list[str]:
    return [person.delegation] if person.delegation else []
