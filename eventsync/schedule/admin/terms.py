"""The event's own words and what they mean, for families."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path

from eventsync.schedule.admin.at_once import AtOnceAdmin
from eventsync.schedule.admin.drafts import DraftForm, event_of, translate
from eventsync.schedule.admin.plain import check_view
from eventsync.schedule.models import Event, Term


class TermForm(DraftForm):
    translated = ("word", "meaning")
    plain = ("meaning",)

    def clean(self) -> dict[str, Any]:
        """What a word means is told at once, with no release before which somebody could mend it."""
        said = super().clean()
        event: Event | None = said.get("event") or event_of(self.instance)
        for each in self.findings(event) if event else ():
            if each.hard:
                self.add_error(each.field, f"“{each.words}”: {each.instead}")
        return said


translate(TermForm, Term)


@admin.register(Term)
class TermAdmin(AtOnceAdmin):
    form = TermForm
    list_display = ["word", "meaning", "event"]
    list_filter = ["event"]
    list_select_related = ["event"]
    search_fields = ["word", "meaning"]
    main = ("event", "word", "meaning")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(check_view)
        return [path("check/", view, name="schedule_term_check"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["in_other_languages", *(["event"] if obj else [])]
