"""What is hard to read, told to whoever writes it: beside the text while they type, and once it is saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

from eventsync.schedule.language.checking import Worded, known
from eventsync.schedule.language.rules import Finding, Kind, findings
from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.plan.rules import LANGUAGES, Told
from eventsync.schedule.plan.words import own
from eventsync.schedule.staff import events_seen

SHOWN = 20  # of each kind: whoever has mended these sees the next ones
LONGEST = 20_000  # characters of a text that is looked at while somebody types
WRITES = [f"schedule.{act}_{what}" for act in ("add", "change") for what in ("activity", "place", "term")]
WRITES.append("schedule.add_release")


@dataclass(frozen=True, slots=True)
class Line:
    """A finding, the name of the text that it is in, and the address where that is written; empty for this page."""

    where: str
    link: str
    finding: Finding


def line_of(worded: Worded, event: Event) -> Line:
    """What stands in a release, with the way to where it is written in the draft."""
    finding, model = worded.finding, Activity if isinstance(worded.of, Told) else Place
    in_language = "" if finding.language == event.language else f" ({LANGUAGES[finding.language]})"
    if worded.of is None:
        return Line(f"What families read of it{in_language}", "", finding)
    column: Any = model._meta.get_field(finding.field)
    title = own(worded.of.by_language("title") if isinstance(worded.of, Told) else worded.of.names, event)
    field = finding.field if not in_language else f"{finding.field}_{finding.language}"
    address = reverse(f"admin:schedule_{model._meta.model_name}_change", args=[worded.of.id])
    return Line(f"{title}, {column.verbose_name}{in_language}", f"{address}#id_{field}", finding)


def shown(lines: Iterable[Line]) -> dict[str, Any]:
    """For findings.html."""
    found = list(lines)
    hard = [line for line in found if line.finding.hard]
    telltale = [line for line in found if line.finding.kind == Kind.TELLTALE]
    advice = [line for line in found if not line.finding.hard and line not in telltale]
    shown = {"hard": hard[:SHOWN], "advice": advice[:SHOWN], "telltale": telltale[:SHOWN]}
    return shown | {"more_hard": len(hard[SHOWN:]), "more": len(advice[SHOWN:]), "more_telltale": len(telltale[SHOWN:])}


def written(lines: Iterable[Line]) -> str:
    """As one message to whoever saved it."""
    return render_to_string("admin/schedule/findings.html", {"found": shown(lines)})


def watch(field: forms.Field, *, event: Event | None, language: str | None) -> None:
    """Has the page look at this field while somebody types.

    Without an event it is that of the place, venue or event which is chosen there, and the language is that event's.
    """
    attrs = {"data-plain": reverse("admin:schedule_term_check")}
    if event is not None:
        attrs |= {"data-of": str(event.pk)}
    if language is not None:
        attrs |= {"lang": language, "dir": "auto"}
    field.widget.attrs.update(attrs)


class TextForm(forms.Form):
    """`of`: the id of an event, or of a venue or place of it; without one it is looked at as at any event."""

    text = forms.CharField(required=False, max_length=LONGEST)
    language = forms.ChoiceField(required=False, choices=[*LANGUAGES.items()])
    of = forms.UUIDField(required=False)


def check_view(request: HttpRequest) -> HttpResponse:
    """What is hard to read in a text, for whoever may write any. Stores nothing."""
    if not any(map(request.user.has_perm, WRITES)):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = TextForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    event = _event(request, form.cleaned_data["of"])
    language = form.cleaned_data["language"] or (event.language if event else "en")
    found = findings(form.cleaned_data["text"], field="text", language=language, known=known(event))
    first = sorted(found, key=lambda each: not each.hard)[:SHOWN]
    said = [{"words": each.words, "instead": each.instead, "hard": each.hard} for each in first]
    return JsonResponse({"language": language, "findings": said, "more": len(found) - len(first)})


def _event(request: HttpRequest, of: Any) -> Event | None:
    if of is None:
        return None
    seen = events_seen(request.user, "schedule.view_activity")
    event = seen.filter(Q(pk=of) | Q(venues=of) | Q(venues__places=of)).first()
    if event is None:
        raise Http404
    return event
