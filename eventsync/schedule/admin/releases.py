"""Releases: a preview of what is different in plain words, whom it is about; then it is told, or taken back."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from eventsync.access.admin import ReadOnlyAdmin
from eventsync.access.scope import Belongs
from eventsync.jobs.approvals.rights import may_break_glass, may_decide, somebody
from eventsync.schedule.admin.addresses import addresses_page
from eventsync.schedule.admin.plain import line_of, shown, watch
from eventsync.schedule.language.checking import warnings, wording
from eventsync.schedule.models import Event, Release
from eventsync.schedule.plan import releasing, waiting
from eventsync.schedule.plan.queries import last_release
from eventsync.schedule.plan.releasing import NotReleased, Preview
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.plan.words import lines, loss, meetings, own
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import OF_EVENT, events_for

ADD = "schedule.add_release"
Look = Callable[[Event], Preview]


class ReleaseForm(forms.Form):
    """What families read of it, in the event's languages; what somebody saw in the preview; why not to wait."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    urgent = forms.BooleanField(required=False, label="It cannot wait: release it all the same")
    despite = forms.CharField(required=False, max_length=200, label="Why")
    alone = forms.CharField(required=False, max_length=500, label="Why it is done without another person")

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(dict.fromkeys([event.language, *event.languages]))
        for language in self.languages:
            self.fields[f"comment_{language}"] = forms.CharField(
                required=False,
                max_length=200,
                label=f"What families read of it ({LANGUAGES[language]})",
            )
            watch(self.fields[f"comment_{language}"], event=event, language=language)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("urgent") and not said.get("despite"):
            self.add_error("despite", "Say why it cannot wait. The release keeps it.")
        if said.get("despite") and not said.get("urgent"):
            self.add_error("urgent", "Tick this, or leave the reason empty.")
        return said

    @property
    def comments(self) -> list[forms.BoundField]:
        return [self[f"comment_{language}"] for language in self.languages]

    @property
    def comment(self) -> Mapping[str, str]:
        said = {language: self.cleaned_data.get(f"comment_{language}", "") for language in self.languages}
        return {language: text for language, text in said.items() if text}


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="event_id")
    sees = ("view", "add")
    list_display = ["number", "event", "told", "by", "about"]
    list_filter = ["event"]
    list_select_related = ["event"]
    note = ""
    fields = ["event", "number", "told", "by", "about", "restores", "despite"]

    @admin.display(description="at", ordering="at")
    def told(self, row: Release) -> str:
        zone = row.event.tz
        return f"{row.at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})"

    @admin.display(description="comment")
    def about(self, row: Release) -> str:
        taken_back = f"Takes back release {row.number - 1}. " if row.restores else ""
        return taken_back + str(row.comment.get(row.event.language, ""))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "add", obj)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("undo/", wrap(self.undo_view), name="schedule_release_undo"),
            path("addresses/", wrap(partial(addresses_page, self)), name="schedule_release_addresses"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return self._page(request, releasing.preview, releasing.release, "Release the schedule")

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, releasing.preview_undo, releasing.undo, "Take back the last release")

    def _page(self, request: HttpRequest, look: Look, act: Callable[..., Release], title: str) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        events = events_for(request.user, ADD)
        event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
        last = event and last_release(event)
        context: dict[str, Any] = {"may_undo": last and last.number > 1}
        context |= {"title": title, "events": events, "event": event, "undoes": act is releasing.undo}
        if event is None:
            return self._render(request, context)
        form = ReleaseForm(event, request.POST or None)
        if request.method == "POST" and form.is_valid() and self._answer(request, event, form, act):
            return HttpResponseRedirect(reverse("admin:schedule_release_changelist"))
        comment = form.comment if form.is_bound else {}
        context |= {"form": form, "waits": waiting.waiting(event), "may_decide": may_decide(request, event, OF_EVENT)}
        context["may_force"] = may_break_glass(request, event, OF_EVENT)
        return self._render(request, context | _previewed(event, look, comment))

    def _answer(self, request: HttpRequest, event: Event, form: ReleaseForm, act: Callable[..., Release]) -> bool:
        """Whether it is done: told, or asked for."""
        told = {"event": event, "comment": form.comment, "now": timezone.now()}
        told |= {name: form.cleaned_data[name] for name in ("seen", "despite")}
        try:
            if {"ask", "force"} & request.POST.keys():
                return self._ask(request, form, told | {"undoes": act is releasing.undo, "by": somebody(request)})
            self._say(request, event, act(by=request.user.get_username(), **told))
        except NotReleased as why:
            self.message_user(request, str(why), messages.WARNING)
            return False
        return True

    def _ask(self, request: HttpRequest, form: ReleaseForm, told: dict[str, Any]) -> bool:
        """Another person, before or after."""
        if "ask" in request.POST:
            waiting.ask(**told)
            self.message_user(request, "It waits until another person agrees to it.", messages.SUCCESS)
            return True
        if not may_break_glass(request, told["event"], OF_EVENT):
            raise PermissionDenied
        answer = waiting.force(reason=form.cleaned_data["alone"], **told)
        self.message_user(request, answer.told, messages.SUCCESS if answer.done else messages.WARNING)
        return answer.done

    def _say(self, request: HttpRequest, event: Event, row: Release) -> None:
        entry = f"Released: {row.revisions.count()} revisions."
        self.log_addition(request, row, f"{entry} Some of it was hard to read: {row.despite}" if row.despite else entry)
        self.message_user(request, f"Families see release {row.number} of {event} now.", messages.SUCCESS)

    def _render(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, "admin/schedule/release.html", shared | context)


def _previewed(event: Event, look: Look, comment: Mapping[str, str]) -> dict[str, Any]:
    try:
        what = look(event)
    except NotReleased as why:
        return {"why_not": str(why)}
    if what.is_empty:
        return {"why_not": "Nothing is different from what families see."}
    found = [*wording(event, what.reworded, comment), *warnings(event, what.reworded)]
    return {
        "what": what,
        "lines": lines(what.changes, event),
        "places": sorted(own(each.names, event) for each in what.places.values()),
        "collisions": meetings(what.collisions, event),
        "losses": [loss(each, event) for each in what.losses],
        "found": shown(line_of(each, event) for each in found),
    }
