"""Notices by hand at the desk: written, seen as people will read them, sent, undone, and who said that they read it."""

from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from eventsync.access.admin import ReadOnlyAdmin, ago
from eventsync.access.scope import Belongs, may, scope
from eventsync.jobs.approvals.admin import choices, decide
from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.approvals.models import Approval
from eventsync.jobs.approvals.rights import may_break_glass, may_decide, somebody
from eventsync.jobs.models import ApprovalState
from eventsync.schedule.admin.plain import TextForm
from eventsync.schedule.models import Event
from eventsync.schedule.plan.queries import current
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for, may_for, venues_for
from notifications.hand import sending, writing
from notifications.hand.answers import answers
from notifications.hand.audience import told
from notifications.hand.filling import fill
from notifications.hand.forms import WRITE, WriteForm, initial, initial_of
from notifications.hand.previewing import outlook
from notifications.hand.rules import Stage
from notifications.hand.usual import put_in
from notifications.models import HandNotice, Template
from notifications.wording.checking import lookout
from notifications.wording.rules import MOST, Part

CHANGE = "notifications.change_handnotice"
OF_HAND = Belongs(event="event_id", venue="venue_id")


def events_written(user: Any) -> QuerySet[Event]:
    """The events to whose people `user` may write, be it at one venue."""
    there = venues_for(user, WRITE).order_by().values("event")
    return Event.objects.filter(Q(pk__in=events_for(user, WRITE).order_by().values("pk")) | Q(pk__in=there))


@admin.register(HandNotice)
class HandNoticeAdmin(ReadOnlyAdmin):
    belongs = OF_HAND
    sees = ("view", "add")
    list_display = ["__str__", "stage", "importance", "whom", "written", "by_name", "event"]
    list_filter = ["event", "stage"]
    list_select_related = ["event", "venue"]

    @admin.display(description="to")
    def whom(self, row: HandNotice) -> str:
        return told(row)

    @admin.display(description="written", ordering="written_at")
    def written(self, row: HandNotice) -> str:
        return ago(row.written_at)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked for every page of the admin, so it asks the database nothing."""
        return self.may(request, "add", None) and scope(request.user, WRITE).meets(OF_HAND, reading=False)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        checks = [
            path(
                f"check/{part}/",
                wrap(partial(self.check_view, part=part)),
                name=f"notifications_handnotice_check_{part}",
            )
            for part in Part
        ]
        checks.append(path("usual/", wrap(self.usual_view), name="notifications_handnotice_usual"))
        write = path("<uuid:key>/write/", wrap(self.write_view), name="notifications_handnotice_write")
        return [*checks, write, *super().get_urls()]

    def check_view(self, request: HttpRequest, *, part: Part) -> HttpResponse:
        """What is wrong with a text, and how long it is, for whoever may write any. Stores nothing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = TextForm(request.POST)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        event = events_written(request.user).filter(pk=form.cleaned_data["of"]).first()
        if event is None:
            raise Http404
        language, text = form.cleaned_data["language"] or event.language, form.cleaned_data["text"]
        found = lookout(event).look(text, part=part, language=language) if text else []
        told = [{"words": each.words, "instead": each.instead, "hard": each.hard} for each in found]
        note = f"{len(text)} of {MOST[part]} characters."
        return JsonResponse({"language": language, "findings": told, "more": 0, "note": note})

    def usual_view(self, request: HttpRequest) -> HttpResponse:
        """POST puts the templates that most events need into an event."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        event = events_for(request.user, "notifications.add_template").filter(slug=request.POST.get("of", "")).first()
        if event is None:
            raise PermissionDenied
        count = put_in(event)
        self.message_user(request, f"{count} templates were added.", messages.SUCCESS)
        return HttpResponseRedirect(f"{reverse('admin:notifications_handnotice_add')}?event={event.slug}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        events = events_written(request.user)
        event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
        if event is None:
            return self._render(request, "write", {"title": "Write a notice", "events": events})
        start = initial(event, now=timezone.now(), texts=_texts_of(request, event))
        usual = may_for(request.user, event, "notifications.add_template")
        return self._write(request, event, start, {"events": events, "may_put_in": usual, **_templates(event)})

    def write_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._own(request, key)
        if not may(request.user, CHANGE, row, OF_HAND):
            raise PermissionDenied
        return self._write(request, row.event, initial_of(row), {"row": row})

    def _own(self, request: HttpRequest, key: UUID | str) -> HandNotice:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: HandNotice | None = self.get_object(request, str(key))
        if row is None:
            raise Http404
        return row

    def _write(self, request: HttpRequest, event: Event, start: dict[str, Any], more: dict[str, Any]) -> HttpResponse:
        with timezone.override(ZoneInfo(event.tz)):
            form = WriteForm(request.user, event, request.POST or None, initial=start)
            if request.method == "POST" and form.is_valid() and (row := self._keep(request, event, form)):
                return HttpResponseRedirect(reverse("admin:notifications_handnotice_change", args=[row.pk]))
            shown = {"title": "Write a notice", "event": event, "form": form}
            return self._render(request, "write", shown | more).render()

    def _keep(self, request: HttpRequest, event: Event, form: WriteForm) -> HandNotice | None:
        said, by = form.cleaned_data, somebody(request)
        version, now = said["version"], timezone.now()
        kept = writing.write(said["key"], event, form.written, version=version, by=by, now=now)
        if isinstance(kept, str):
            self.message_user(request, kept, messages.WARNING)
            return None
        if form.unread:
            names = ", ".join(LANGUAGES[each] for each in form.unread)
            told = f"Nobody has read it as it is now: {names}."
            again = "Tick that again when somebody who speaks the language has."
            self.message_user(request, f"{told} {again}", messages.WARNING)
        if version:
            self.log_change(request, kept, f"Version {kept.version}.")
        elif kept.version == 1:
            self.log_addition(request, kept, "Written.")
        return kept

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """GET shows it as people will read it. POST: `send`, `undo`, or what approvals can be answered."""
        row = self._own(request, object_id)
        approval = _approval_of(row)
        if request.method == "POST":
            answer = self._act(request, row, approval)
            self.message_user(request, answer.told, messages.SUCCESS if answer.done else messages.WARNING)
            if answer.done:
                self.log_change(request, row, answer.told)
            return HttpResponseRedirect(request.path)
        now = timezone.now()
        shown = {"title": row, "row": row, "event": row.event, "to": told(row), "now": now, "approval": approval}
        shown |= {"currency": settings.SMS.currency}
        shown |= {"may_write": may(request.user, CHANGE, row, OF_HAND)}
        if row.stage != Stage.SENT:
            shown |= {"outlook": outlook(row, now=now)}
        elif row.notice and row.must_acknowledge:
            shown |= {"answers": answers(row.notice)}
        if approval and approval.state == ApprovalState.REQUESTED:
            shown |= choices(request, approval)
        return self._render(request, "notice", shown)

    def _act(self, request: HttpRequest, row: HandNotice, approval: Approval | None) -> Answer:
        said = request.POST
        if not {"send", "undo"} & said.keys():
            return self._decide(request, approval)
        if not may(request.user, CHANGE, row, OF_HAND):
            raise PermissionDenied
        if "undo" in said:
            return sending.undo(row.pk)
        version = said.get("version", "")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        return sending.send(row.pk, version=seen, by=somebody(request), now=timezone.now())

    def _decide(self, request: HttpRequest, approval: Approval | None) -> Answer:
        """Of exactly the request that was on the page: another one is for another text."""
        if approval is None or not (may_decide(request, approval) or may_break_glass(request, approval)):
            raise PermissionDenied
        if request.POST.get("approval") != str(approval.pk):
            return Answer(done=False, told=sending.CHANGED)
        return decide(request, approval, request.POST.get("reason", ""))

    def _render(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/notifications/{name}.html", shared | context)


def _approval_of(row: HandNotice) -> Approval | None:
    return Approval.objects.filter(kind=sending.APPROVAL, subject=row.pk).first()


def _templates(event: Event) -> dict[str, Any]:
    names = Template.objects.filter(event=event).order_by("name").values_list("name", flat=True).distinct()
    return {"names": list(names), "activities": _activities(event) if names else []}


def _activities(event: Event) -> list[tuple[str, str]]:
    plan = sorted(current(event).activities.values(), key=lambda each: (each.start, each.id))
    zone = ZoneInfo(event.tz)
    titles = ((each, each.by_language("title")) for each in plan if not each.removed)
    return [
        (
            each.id,
            f"{each.start.astimezone(zone):%d.%m. %H:%M} {said.get(event.language) or next(iter(said.values()), '')}",
        )
        for each, said in titles
    ]


def _texts_of(request: HttpRequest, event: Event) -> list[tuple[str, dict[str, str], bool]]:
    """Those of the template that somebody chose, filled in as far as they said of what."""
    rows = Template.objects.filter(event=event, name=request.GET.get("template", "")).select_related("event")
    about = current(event).activities.get(request.GET.get("activity", "")) if rows else None
    said = {name: request.GET.get(name, "")[:80] for name in ("group", "number")}
    return [(each.language, fill(each, about=about, **said), each.reviewed) for each in rows]
