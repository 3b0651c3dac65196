"""What organisers write again and again: kept with gaps, looked at as it may be filled in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.forms.widgets import Script
from django.http import HttpRequest
from django.utils.html import format_html

from eventsync.access.admin import ModelAdmin
from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.staff import OF_ROW
from notifications.hand.filling import sample
from notifications.hand.rereading import is_unread, keep_ticked
from notifications.models import Template
from notifications.wording.checking import lookout
from notifications.wording.rules import MOST, Part, placeholders


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in its type stubs only
    unread = False
    """Somebody had read what it said before: its tick is gone."""

    class Meta:
        model = Template
        fields = ["event", "name", "language", "title", "body", "reviewed"]
        widgets = {"language": forms.Select({"data-unticks": "id_reviewed"})} | {
            part.value: AdminTextInputWidget({"data-unticks": "id_reviewed"}) for part in Part
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_ticked(self, "reviewed")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if is_unread(self, "reviewed", said, ["language", *Part]):
            said["reviewed"], self.unread = False, True
        event: Event | None = said.get("event") or (self.instance.event if self.instance.event_id else None)
        language = said.get("language")
        if event is None or language is None:
            return said
        if language not in {event.language, *event.languages}:
            self.add_error("language", f"{event} has no texts in {LANGUAGES[language]}.")
        for part in Part:
            for each in self._wrong(said.get(part, ""), part, event, language):
                self.add_error(part, f"“{each.words}” {each.instead}")
        return said

    def _wrong(self, text: str, part: Part, event: Event, language: str) -> list[Any]:
        if wrong := placeholders(text):
            return wrong
        filled = sample(text, event=event, language=language, most=10 * MOST[part])
        return [each for each in lookout(event).look(filled, part=part, language=language) if each.hard]


@admin.register(Template)
class TemplateAdmin(ModelAdmin):
    belongs = OF_ROW
    form = TemplateForm
    list_display = ["name", "language", "title", "reviewed", "event"]
    list_filter = ["event", "language", "reviewed"]
    list_select_related = ["event"]
    search_fields = ["name", "title"]
    readonly_fields = ["as_read"]

    class Media:
        js = [Script("admin-plain.js", defer=True)]

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        if form.unread:
            told = "Nobody has read it as it is now. Tick its box again when somebody who speaks the language has."
            messages.warning(request, told)

    @admin.display(description="such as")
    def as_read(self, row: Template) -> str:
        if row._state.adding:  # noqa: SLF001 - Django documents it
            return ""
        title, body = (
            sample(getattr(row, part), event=row.event, language=row.language, most=MOST[part]) for part in Part
        )
        return format_html('<div lang="{}" dir="auto"><strong>{}</strong><br>{}</div>', row.language, title, body)
